import { countRangesOf } from '../../plan/grid';
import type { Again, Plan, RangeName, Sequence } from '../../plan/plan';
import type { RangeSet } from '../../plan/range-set';
import { concurrently } from '../concurrently';
import { stageKey } from '../keys';
import type { Unrollable } from '../missing/unroll';
import type { Lake } from '../ports';
import { fromMetadata } from '../range/receipt';

/** Objects that are looked at: the last ones of a run that is under way. */
const mostLooks = 24;

/** How fast a run has been going lately, by the receipts of its last objects. */
export interface RecentPace {
  readonly pagesPerSecond: number;
  readonly requestsPerSecond: number;
  /** ISO 8601: when the last of them was fetched. */
  readonly lastAt: string;
}

/**
 * Undefined while nothing is there, or nothing that carries a receipt. The requests count at least the time that they take at the plan's limit:
 * what a burst lets through at once is no pace.
 */
export async function recentPace(
  plan: Unrollable & Pick<Plan, 'requestsPerSecond'>,
  present: RangeSet,
  lake: Pick<Lake, 'head'>,
): Promise<RecentPace | undefined> {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  let pages = 0;
  let requests = 0;
  const heads = concurrently(lastRanges(plan, present), mostLooks, (range) =>
    lake.head(stageKey(plan, range)),
  );
  for await (const head of heads) {
    const receipt = head && fromMetadata(head.metadata);
    if (!receipt) continue;
    const began = Date.parse(receipt.fetchedAt);
    first = Math.min(first, began);
    last = Math.max(last, began + receipt.fetchMilliseconds);
    pages += receipt.pages;
    requests += receipt.requests;
  }
  if (last === 0) return undefined;
  const { requestsPerSecond: limit } = plan;
  const atLimit = limit === undefined ? 0 : requests / limit;
  const seconds = Math.max(0.1, (last - first) / 1000, atLimit);
  const lastAt = new Date(last).toISOString();
  return { pagesPerSecond: pages / seconds, requestsPerSecond: requests / seconds, lastAt };
}

/** Those with the highest indexes, which are enqueued last. */
function lastRanges({ sequences }: Pick<Unrollable, 'sequences'>, present: RangeSet): RangeName[] {
  const ranges: RangeName[] = [];
  for (const sequence of [...sequences].reverse()) {
    for (let index = behindLast(sequence, present) - 1; index >= 0 && ranges.length < mostLooks; index--) {
      if (present.has({ slice: sequence.slice, index })) ranges.push({ slice: sequence.slice, index });
    }
    if (ranges.length >= mostLooks) break;
  }
  return ranges;
}

function behindLast(sequence: Sequence | Again, present: RangeSet): number {
  return sequence.type === 'chain' ? present.firstAbsent(sequence) : countRangesOf(sequence);
}
