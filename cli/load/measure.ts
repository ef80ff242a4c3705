import type { Plan } from '../../core/plan/plan';
import type { Unrolled } from '../../core/run/missing/unroll';
import type { Progress } from './progress';
import type { Tally } from './tally';

/** What of an unrolled run progress is told from. */
export type Extent = Pick<
  Unrolled,
  'present' | 'ranges' | 'missingRanges' | 'pages' | 'missingPages' | 'growing'
>;

/** A moment of a load. */
export interface Moment {
  readonly plan: Plan;
  /** What was there when the load began. */
  readonly before: Extent;
  readonly now: Extent;
  readonly tally: Tally;
  /** Since the load began. */
  readonly seconds: number;
}

/** Says how far a load is. Pages are those in the lake, and those that attempts under way have fetched: what a failed attempt fetched is none. */
export function measure({ plan, before, now, tally, seconds }: Moment): Progress {
  const pagesPlanned = now.growing ? undefined : now.pages;
  const pages = Math.min(
    pagesPlanned ?? Number.POSITIVE_INFINITY,
    loadedPages(now) + tally.pagesInFlight(plan.pagesPerRange),
  );
  const done = pages - loadedPages(before);
  const requestsPerSecond = tally.requestsPerSecond(seconds);
  return {
    pages,
    pagesPlanned,
    ...recordsSoFar({ plan, before, tally }, pages),
    rangesOpen: now.missingRanges,
    rangesFailed: failedOf(now, tally),
    // Metrics come in batches, and a batch is no rate
    requestsPerSecond: Math.min(requestsPerSecond, plan.requestsPerSecond ?? Number.POSITIVE_INFINITY),
    pagesPerSecond: plan.replayOf && done / Math.max(seconds, 0.1),
    throttled: tally.of('Throttled'),
    retries: tally.of('Retries'),
    parked: tally.of('RangesParked'),
    secondsLeft:
      done > 0 && pagesPlanned !== undefined
        ? ((pagesPlanned - pages) * Math.max(seconds, 0.1)) / done
        : undefined,
  };
}

/** Ranges that are not there though an attempt at them has failed. */
function failedOf({ present, missingRanges }: Extent, tally: Tally): number {
  let failed = 0;
  for (const range of tally.failedRanges) if (!present.has(range)) failed++;
  return Math.min(failed, missingRanges);
}

/** Pages whose ranges are in the lake. */
export function loadedPages({ pages, missingPages }: Pick<Extent, 'pages' | 'missingPages'>): number {
  return pages - missingPages;
}

/** From the pages where the source says how many records there are; else those that were received since the load began. */
function recordsSoFar({ plan, before, tally }: Pick<Moment, 'plan' | 'before' | 'tally'>, pages: number) {
  const [first] = plan.sequences;
  if (first?.type === 'pages' && plan.total !== undefined) {
    return { records: Math.min(plan.total, pages * first.pageSize), continued: false };
  }
  return { records: tally.of('RecordsReceived'), continued: before.present.size > 0 };
}
