import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../core/clock';
import { createAuthorizer } from '../../core/extract/auth/authorizer';
import { createClient } from '../../core/extract/http/client';
import { createPacer } from '../../core/extract/pace/pacer';
import type { ExtractServices } from '../../core/extract/page/fetch-page';
import { fetchRange } from '../../core/extract/range/fetch-range';
import { bigint, varchar } from '../../core/source/columns';
import type { Dataset, Limits, Source } from '../../core/source/source';

/** More than any benchmark asks for. */
const slicePages = 1_000_000_000;

/** The API of start-api.ts as a source, with one dataset whose `{lane}` tells who asks. */
export function benchSource(
  baseUrl: string,
  limits: Limits,
): Source & { readonly datasets: readonly [Dataset] } {
  const dataset: Dataset = {
    name: 'stops',
    request: { method: 'GET', path: '/lanes/{lane}', query: {}, headers: {}, weight: 1, statuses: {} },
    pagination: {
      type: 'page-number',
      pageSize: 1,
      firstPage: 0,
      pageParameter: { in: 'query', name: 'page' },
      sizeParameter: undefined,
      total: { type: 'body', path: 'total', counts: 'pages' },
    },
    slices: [],
    records: 'data',
    key: ['id'],
    columns: { id: bigint(), name: varchar() },
    lineage: [],
    onUnfit: 'quarantine',
    unknownFields: 'ignore',
    format: { type: 'parquet', compression: 'zstd', rowGroupSize: 122_880, sorted: false },
    tableVersion: 1,
    maxQuarantinedRatio: 0,
    keepRaw: false,
    verification: { looks: 0, ifShort: 'refuse', tolerance: 0, maxShrink: 0.5 },
    keepRuns: 3,
    deadlineHours: 6,
  };
  const http = { connectSeconds: 10, headersSeconds: 30, bodySeconds: 30, maximumMegabytes: 32 };
  return {
    name: 'bench',
    baseUrl,
    auth: { type: 'none' },
    http,
    network: 'public',
    limits,
    datasets: [dataset],
  };
}

/** What a container has: its own connections and its own pace. */
export function laneServices(source: Source): ExtractServices {
  const client = createClient();
  const none = () => Promise.reject(new Error('the source has no secrets'));
  const secrets = { get: none, refresh: none, put: none };
  return {
    client,
    pacer: createPacer(source.limits, systemClock),
    authorizer: createAuthorizer(source, { secrets, client, clock: systemClock }),
    telemetry: { count: () => {}, info: () => {}, warn: () => {} },
    clock: systemClock,
  };
}

export interface LaneOptions {
  readonly source: ReturnType<typeof benchSource>;
  readonly lane: number;
  readonly pagesPerRange: number;
  /** Milliseconds that pass between the last page of a range and its acknowledgement. */
  readonly writing: number;
  /** Overwritten by every range. */
  readonly file: string;
  /** Asked before each range, by its index. */
  readonly goesOn: (index: number) => boolean;
}

/** Runs one lane as the worker does: range after range, each fetched, written and settled for. */
export async function runLane(options: LaneOptions): Promise<void> {
  const services = laneServices(options.source);
  for (let index = 0; options.goesOn(index); index += 1) {
    await fetchPages(options, services, index);
    await delay(options.writing);
    await services.pacer.settle();
  }
  await services.client.close();
}

/** Fetches one range with the project's own fetchRange. */
export async function fetchPages(
  { source, lane, pagesPerRange, file }: Omit<LaneOptions, 'writing' | 'goesOn'>,
  services: ExtractServices,
  index: number,
): Promise<void> {
  const firstPage = index * pagesPerRange;
  const slice = { slice: 'all', parameters: { lane }, pageSize: 1, slicePages };
  await fetchRange(
    {
      source,
      dataset: source.datasets[0],
      range: { type: 'pages', ...slice, index, firstPage, pages: pagesPerRange },
      pagesPerRange,
      file,
      deadline: Number.POSITIVE_INFINITY,
    },
    services,
  );
}
