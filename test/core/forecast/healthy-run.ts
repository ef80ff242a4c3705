import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FetchedRange } from '../../../core/extract/range/fetched-range';
import type { PageRange } from '../../../core/plan/plan';
import { writeReport } from '../../../core/report/write-report';
import { fanOut } from '../../../core/run/plan/fan-out';
import type { Lake } from '../../../core/run/ports';
import { readPointer } from '../../../core/run/publish/pointer';
import { handleMessage } from '../../../core/run/range/handle-message';
import { loadRange } from '../../../core/run/range/load-range';
import { type RunReport, reconcile } from '../../../core/run/reconcile';
import type { ShapedRange } from '../../../core/shape/shape-range';
import type { Dataset } from '../../../core/source/source';
import { memoryLake } from '../../support/memory-lake';
import { MemoryMessages, memoryPageQueue } from '../../support/memory-page-queue';
import { nobodyListens } from '../../support/nobody-listens';
import { aSource, someLimits } from '../../support/source-fixture';
import { noCuration, recordTelemetry, stillClock } from '../run/run-fixture';

/** Calls to S3. */
export interface Calls {
  put: number;
  list: number;
  get: number;
  head: number;
  delete: number;
}

/** What a run did of which nothing goes wrong. */
export interface Played {
  readonly calls: Calls;
  /** Invocations of the worker. */
  readonly ranges: number;
  readonly reconciles: number;
  readonly lake: Lake;
  /** What the last reconcile came to. */
  readonly last: RunReport | undefined;
}

const pageSize = 100;

/**
 * Loads a dataset of so many pages by the functions' own code over a lake that counts: after every `between` ranges a minute has passed and it is reconciled, until
 * it is no longer being loaded. Source and shaper are left out: their records are as planned.
 */
export async function playHealthyRun(
  dataset: Dataset,
  { pages, between }: { readonly pages: number; readonly between: number },
): Promise<Played> {
  const calls: Calls = { put: 0, list: 0, get: 0, head: 0, delete: 0 };
  const uncounted = memoryLake();
  const lake = counted(uncounted, calls);
  const messages = new MemoryMessages();
  const pageQueue = memoryPageQueue(messages);
  const clock = stillClock();
  const telemetry = recordTelemetry();
  // Ranges of five pages.
  const source = aSource({ limits: someLimits({ requestsPerSecond: 1, lanes: 2 }), datasets: [dataset] });
  const workFolder = await mkdtemp(join(tmpdir(), 'healthy-run-'));
  const reports: RunReport[] = [];
  const pass = async () => {
    clock.advance(60_000);
    const services = { lake, pageQueue: async () => pageQueue, telemetry, clock, curation: noCuration };
    reports.push(
      ...(await reconcile({
        ...nobodyListens,
        ...services,
        // Reads the pointer before it writes the table, and after (aws/catalog.ts).
        catalog: {
          follow: async (pointer) => {
            await readPointer(lake, pointer);
            await readPointer(lake, pointer);
          },
        },
        findRepeatedKeys: async () => undefined,
        writeReport: (outcome) => writeReport(outcome, lake, new Date(clock.now())),
      })),
    );
  };
  let ranges = 0;
  const work = async (): Promise<boolean> => {
    const received = messages.receive();
    if (!received) return false;
    ranges += 1;
    const attempt = `a${ranges}`;
    clock.advance(10);
    const outcome = await handleMessage(
      { ...received, attempt },
      {
        ...{ lake, clock, pageQueue, telemetry, maxReceiveCount: 5 },
        load: (message) =>
          loadRange(message, attempt, {
            ...{ source, lake, pageQueue, telemetry, workFolder },
            fetch: ({ range, file }) => fetched(range, file, pages, clock.now()),
            shaper: { shape: ({ origins, stageFile }) => shaped(origins, stageFile, pages) },
          }),
      },
    );
    if (outcome !== 'acknowledge') throw new Error(JSON.stringify(telemetry.lines.at(-1)));
    messages.acknowledge(received.receiptHandle);
    return true;
  };
  try {
    await fanOut(
      { dataset: dataset.name },
      {
        ...{ source, lake, pageQueue, telemetry, clock },
        discover: async () => ({ total: pages * pageSize, pages, pageSize }),
        readParents: () => Promise.reject(new Error('nothing is cut by the records of another')),
        prepare: async () => {},
      },
    );
    for (let left = 100; left > 0; left--) {
      for (let i = 0; i < between; i++) await work();
      await pass();
      if (reports.at(-1)?.state !== 'loading') break;
    }
  } finally {
    await rm(workFolder, { recursive: true });
  }
  return { calls, ranges, reconciles: reports.length, lake: uncounted, last: reports.at(-1) };
}

async function fetched(range: PageRange, file: string, pages: number, now: number): Promise<FetchedRange> {
  if (range.type === 'lead') throw new Error('nothing is cut');
  const first = range.type === 'pages' ? range.firstPage : range.position.page;
  const count = range.type === 'pages' ? range.pages : Math.min(2, pages - first);
  const fetchedAt = new Date(now).toISOString();
  const origins = Array.from({ length: count }, (_, i) => ({
    ...{ slice: range.slice, page: first + i, parameters: {}, fetchedAt },
  }));
  await writeFile(file, origins.map(({ page }) => `{"page":${page}}\n`).join(''));
  const end = first + count;
  const next: FetchedRange['next'] =
    range.type === 'pages' || end === pages
      ? []
      : [
          {
            ...range,
            index: range.index + 1,
            position: { ...range.position, page: end, records: end * pageSize, cursor: `c${end}` },
          },
        ];
  const facts = { requests: count, throttled: 0, retries: 0, latency: [80, 90, 95] as const, bytes: 33 };
  return { origins, next, ...facts, fetchedAt, milliseconds: 900 };
}

async function shaped(
  origins: readonly { readonly page: number }[],
  stageFile: string,
  pages: number,
): Promise<ShapedRange> {
  await writeFile(stageFile, 'parquet');
  const records = origins.length * pageSize;
  const [first = 0] = origins.map(({ page }) => page);
  return {
    ...{ received: records, added: 0, staged: records, quarantined: 0, filtered: 0 },
    firstKey: `[${first * pageSize + 1}]`,
    lastKey: `[${first * pageSize + records}]`,
    uniqueKeys: true,
    totals: { min: pages * pageSize, max: pages * pageSize },
    recordsPerPage: origins.map(() => pageSize),
    firstRecords: origins.map(({ page }) => `record ${page}`),
    stageBytes: 7,
    observations: { quarantined: [], nulled: [], filtered: [], unknownFields: [], missingFields: [] },
  };
}

/** What is missing is asked for, and then listed, as aws/lake.ts does. No list here has a second page. */
function counted(lake: Lake, calls: Calls): Lake {
  const asked = <T>(kind: 'get' | 'head', found: T | undefined): T | undefined => {
    calls[kind] += 1;
    if (found === undefined) calls.list += 1;
    return found;
  };
  const wrote = <T>(answer: T): T => {
    calls.put += 1;
    return answer;
  };
  return {
    ...lake,
    put: async (...given) => wrote(await lake.put(...given)),
    putIfAbsent: async (...given) => wrote(await lake.putIfAbsent(...given)),
    replace: async (...given) => wrote(await lake.replace(...given)),
    get: async (key) => asked('get', await lake.get(key)),
    head: async (key) => asked('head', await lake.head(key)),
    download: async (key, file) => asked('get', (await lake.download(key, file)) || undefined) ?? false,
    list(prefix, options) {
      calls.list += 1;
      return lake.list(prefix, options);
    },
    remove: (...given) => {
      calls.delete += 1;
      return lake.remove(...given);
    },
  };
}
