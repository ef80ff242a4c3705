import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '../../../../core/extract/http/client';
import { createPacer } from '../../../../core/extract/pace/pacer';
import type { ExtractServices } from '../../../../core/extract/page/fetch-page';
import { fetchRange } from '../../../../core/extract/range/fetch-range';
import type { FetchedRange } from '../../../../core/extract/range/fetched-range';
import { createTally, type Tally } from '../../../../core/extract/range/tally';
import type { LeadRange, PageRange, Sequence } from '../../../../core/plan/plan';
import type { Dataset, Limits, Source } from '../../../../core/source/source';
import { aSource, someLimits } from '../../../support/source-fixture';
import { createVirtualClock, type VirtualClock } from '../pace/virtual-clock';

/** What a test needs to fetch ranges from a real server, with a virtual clock. */
export interface RangeBench {
  readonly file: string;
  readonly client: Client;
  readonly clock: VirtualClock;
  readonly telemetry: Tally;
  /** Fetches a range of `dataset` from the server at `baseUrl`. */
  fetch(baseUrl: string, dataset: Dataset, range: PageRange, more?: FetchOptions): Promise<FetchedRange>;
  /** The bodies in the file. */
  bodies(): Promise<string[]>;
  close(): Promise<void>;
}

export interface FetchOptions {
  readonly pagesPerRange?: number;
  readonly deadline?: number;
  readonly limits?: Partial<Limits>;
  readonly services?: Partial<ExtractServices>;
}

/** Limits that nothing waits for. */
const generous: Limits = someLimits({ requestsPerSecond: 10_000, burst: 1000, lanes: 1 });

export async function openRangeBench(): Promise<RangeBench> {
  const folder = await mkdtemp(join(tmpdir(), 'range-'));
  const file = join(folder, 'pages.jsonl');
  const client = createClient();
  const clock = createVirtualClock();
  const telemetry = createTally({ count: () => {}, info: () => {}, warn: () => {} });
  return {
    file,
    client,
    clock,
    telemetry,
    async fetch(baseUrl, dataset, range, more = {}) {
      const limits = { ...generous, ...more.limits };
      const source: Source = aSource({ baseUrl, limits, datasets: [dataset] });
      const services: ExtractServices = {
        client,
        clock,
        telemetry,
        pacer: createPacer(limits, clock),
        authorizer: {
          authorize: async (request) => ({
            ...request,
            shown: `${request.method} ${request.url}`,
            credentials: [],
          }),
          redact: (text) => text,
        },
        random: () => 1,
        ...more.services,
      };
      const { pagesPerRange = 10, deadline = Number.POSITIVE_INFINITY } = more;
      return fetchRange({ source, dataset, range, pagesPerRange, file, deadline }, services);
    },
    bodies: async () => (await readFile(file, 'utf8')).split('\n').slice(0, -1),
    async close() {
      await client.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The ranges of a sequence that are known: all of a grid or a lead, the one of a chain. */
export function rangesIn(sequence: Sequence): PageRange[] {
  switch (sequence.type) {
    case 'chain':
      return [sequence];
    case 'pages':
      return Array.from({ length: Math.ceil(sequence.pages / sequence.pagesPerRange) }, (_, index) => {
        const from = index * sequence.pagesPerRange;
        const pages = Math.min(sequence.pagesPerRange, sequence.pages - from);
        return { ...sequence, index, firstPage: sequence.firstPage + from, pages };
      });
    case 'lead':
      return Array.from(
        { length: Math.ceil(sequence.slices.length / sequence.slicesPerRange) },
        (_, index): LeadRange => {
          const from = index * sequence.slicesPerRange;
          const { slicesPerRange, ...lead } = sequence;
          return { ...lead, index, slices: sequence.slices.slice(from, from + slicesPerRange) };
        },
      );
  }
}

/** Resolves with what a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('it was expected to reject');
    },
    (error) => error,
  );
}
