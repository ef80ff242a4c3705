import { pageRangeName } from '../../plan/grid';
import type { RunName } from '../keys';
import type { FailureReason } from '../ports';
import type { DeadRange } from './dead-range';
import { commonReason, reasonKey } from './reason-pattern';

/** Ranges of a group that are named. */
const mostNames = 20;

/** Pages of a range, as far as they are known before it is there. */
export interface RangeExtent {
  /** From 0. */
  readonly firstPage: number;
  readonly pages: number;
  /** At most: the last page of a slice may hold fewer. */
  readonly records: number;
}

/** A range that could not be loaded, and why, wherever that is known from. */
export interface DeadOne extends FailureReason, RunName {
  readonly slice: string;
  readonly index: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Whether its message is in the DLQ; otherwise only its document tells of it. */
  readonly inQueue: boolean;
  /** Absent where nobody knows its pages. */
  readonly extent?: RangeExtent | undefined;
}

/** Ranges of one run that could not be loaded for one reason. */
export interface DeadGroup extends FailureReason {
  readonly source: string;
  readonly dataset: string;
  readonly runId: string;
  /** What the reasons have in common; '#' stands for what differs. */
  readonly reason: string;
  readonly ranges: number;
  /** Of those, the ones whose message is in the DLQ. */
  readonly inQueue: number;
  /** The one that failed last. */
  readonly example: {
    readonly range: string;
    readonly reason: string;
    readonly at: string;
    readonly extent?: RangeExtent | undefined;
  };
  /** Of its ranges, in order; the first ones where they are many. */
  readonly names: readonly string[];
  /** In all its ranges at most; absent where nobody knows. */
  readonly records?: number | undefined;
  /** ISO 8601: since when there are any. */
  readonly since: string;
}

/** Name of a range among all of a run: 'all-00000042', and 'look-1/all-00000042' for one of a look. */
export function fullRangeName({ slice, index, look }: Pick<DeadRange, 'slice' | 'index' | 'look'>): string {
  return `${look === undefined ? '' : `look-${look}/`}${pageRangeName({ slice, index })}`;
}

/** Groups ranges by run, kind of failure and reason, the largest group first. A range counts once, by what was last said of it. */
export function groupDead(dead: Iterable<DeadOne>): DeadGroup[] {
  const groups = new Map<string, DeadOne[]>();
  for (const one of lastWords(dead)) {
    const { source, dataset, runId, failure, error, status } = one;
    const key = JSON.stringify([source, dataset, runId, failure, error, status, reasonKey(one)]);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return [...groups.values()].map(toGroup).sort((a, b) => b.ranges - a.ranges);
}

function lastWords(dead: Iterable<DeadOne>): Iterable<DeadOne> {
  const ranges = new Map<string, DeadOne>();
  for (const one of dead) {
    const key = JSON.stringify([one.source, one.dataset, one.runId, fullRangeName(one)]);
    const other = ranges.get(key);
    const last = other && other.at > one.at ? other : one;
    const extent = one.extent ?? other?.extent;
    ranges.set(key, { ...last, extent, inQueue: one.inQueue || other?.inQueue === true });
  }
  return ranges.values();
}

function toGroup(ones: readonly DeadOne[]): DeadGroup {
  const last = ones.reduce((a, b) => (b.at > a.at ? b : a));
  const since = ones.reduce((a, b) => Math.min(a, b.at), last.at);
  const { source, dataset, runId, failure, error, status } = last;
  return {
    source,
    dataset,
    runId,
    failure,
    error,
    status,
    reason: commonReason(ones),
    ranges: ones.length,
    inQueue: ones.filter(({ inQueue }) => inQueue).length,
    example: {
      range: fullRangeName(last),
      reason: last.reason,
      at: new Date(last.at).toISOString(),
      extent: last.extent,
    },
    names: ones.map(fullRangeName).sort().slice(0, mostNames),
    records: ones.reduce<number | undefined>(
      (sum, { extent }) => (sum === undefined || !extent ? undefined : sum + extent.records),
      0,
    ),
    since: new Date(since).toISOString(),
  };
}
