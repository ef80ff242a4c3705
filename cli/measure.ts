import type { Plan } from '../core/plan/plan';
import type { Unrolled } from '../core/run/unroll';
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
  /** Pages that were fetched before the load began, to plan it. */
  readonly fetchedBefore: number;
  /** Since the load began. */
  readonly seconds: number;
}

/** Says how far a load is. Pages come from the metrics, which tell of a range before it is written, and from the lake. */
export function measure({ plan, before, now, tally, fetchedBefore, seconds }: Moment): Progress {
  const fetched = Math.max(0, tally.of('PagesFetched') - fetchedBefore);
  const pagesPlanned = now.growing ? undefined : now.pages;
  const pages = Math.min(
    pagesPlanned ?? Number.POSITIVE_INFINITY,
    Math.max(loadedPages(now), loadedPages(before) + fetched),
  );
  // Not those fetched: a replay fetches none
  const done = pages - loadedPages(before);
  return {
    pages,
    pagesPlanned,
    ...recordsSoFar({ plan, before, tally }, pages),
    rangesOpen: now.missingRanges,
    requestsPerSecond: tally.requestsPerSecond(seconds),
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
