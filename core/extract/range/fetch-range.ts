import { rm } from 'node:fs/promises';
import type { PageRange } from '../../plan/plan';
import type { Dataset, Source } from '../../source/source';
import { redactError } from '../auth/redact-error';
import type { ExtractServices } from '../page/fetch-page';
import { withDeadline } from './deadline';
import { fetchChain } from './fetch-chain';
import { fetchLead } from './fetch-lead';
import { fetchPages } from './fetch-pages';
import type { FetchedRange, PageOrigin } from './fetched-range';
import { Latencies } from './latencies';
import { PageFile } from './page-file';
import { Budget, type RangeOutcome, type RangeWork, timeOf } from './range-work';
import { createTally } from './tally';

export interface RangeFetch {
  readonly source: Source;
  readonly dataset: Dataset;
  readonly range: PageRange;
  /** Pages of a range, at most: for what a chain or a lead finds. */
  readonly pagesPerRange: number;
  /** Where the bodies go, each followed by '\\n'; overwritten if it exists. */
  readonly file: string;
  /** Monotonic milliseconds; nothing is under way later. */
  readonly deadline: number;
}

/**
 * Fetches the pages of a range into a file, at the lane's pace and as many at a time as its kind allows. Memory is
 * bounded by the pages in flight (64 MiB on average) and 16 MiB, whatever the size of the range. When one page fails
 * for good the others are aborted and awaited, the file is removed, and that page's error (see fetchPage, readPage and
 * guard-errors) is thrown, without any credential that the source echoed.
 */
export async function fetchRange(fetch: RangeFetch, services: ExtractServices): Promise<FetchedRange> {
  const { clock } = services;
  const tally = createTally(services.telemetry);
  const latencies = new Latencies();
  const fetchedAt = timeOf(clock);
  const began = clock.monotonic();
  const budget = new Budget(clock, fetch.deadline);
  const origins: PageOrigin[] = [];
  const file = await PageFile.create(fetch.file);
  try {
    const { totals, expected, next } = await withDeadline(fetch.deadline, clock, async (controller) => {
      const tallied = { ...services, telemetry: tally, latencies };
      const outcome = await fetchByType(
        { ...fetch, file, origins, budget, controller, services: tallied },
        fetch.range,
      );
      await file.flush();
      return outcome;
    }).finally(() => file.close());
    const latency = latencies.summary();
    return {
      origins,
      requests: tally.total('Requests'),
      throttled: tally.total('Throttled'),
      retries: tally.total('Retries'),
      ...(latency && { latency }),
      bytes: file.bytes,
      fetchedAt,
      milliseconds: Math.round(clock.monotonic() - began),
      ...extremes(totals),
      ...(expected === undefined ? {} : { expected }),
      next,
    };
  } catch (error) {
    await rm(fetch.file, { force: true });
    throw redactError(error, services.authorizer);
  }
}

function fetchByType(work: RangeWork, range: PageRange): Promise<RangeOutcome> {
  switch (range.type) {
    case 'pages':
      return fetchPages(range, work);
    case 'chain':
      return fetchChain(range, work);
    case 'lead':
      return fetchLead(range, work);
  }
}

function extremes(totals: readonly number[]): Pick<FetchedRange, 'totals'> {
  if (totals.length === 0) return {};
  const [first = 0] = totals;
  return {
    totals: {
      min: totals.reduce((least, total) => Math.min(least, total), first),
      max: totals.reduce((most, total) => Math.max(most, total), first),
    },
  };
}
