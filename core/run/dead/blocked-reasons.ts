import type { RangeName } from '../../plan/plan';
import { concurrently } from '../concurrently';
import { readDocument } from '../document';
import { deadKey, type RunName } from '../keys';
import type { Lake } from '../ports';
import type { BlockedReason } from '../run-state';
import { type DeadRange, deadRangeSchema } from './dead-range';
import { reasonKey } from './reason-pattern';

/** Documents read, at most, and at once: ranges that fail together fail alike. */
const mostRead = 1000;
const readsAtOnce = 50;

/** What the workers left of the ranges that they gave up. */
export interface Blocked {
  /** Grouped by what they said, the most frequent first. */
  readonly reasons: readonly BlockedReason[];
  /** ISO 8601: when the last of them failed; undefined where no worker said anything. */
  readonly failedAt: string | undefined;
}

/** Why the workers gave up ranges of a run. */
export async function blockedReasons(
  run: RunName,
  dead: Iterable<RangeName>,
  lake: Pick<Lake, 'get'>,
): Promise<Blocked> {
  const reasons = new Map<string, BlockedReason>();
  let failedAt: string | undefined;
  const read = concurrently(some(dead, mostRead), readsAtOnce, (range) =>
    readDocument(deadRangeSchema, deadKey(run, range), lake),
  );
  for await (const document of read) {
    if (!document) continue;
    add(reasons, document);
    if (failedAt === undefined || document.at > failedAt) failedAt = document.at;
  }
  return { reasons: [...reasons.values()].sort((a, b) => b.ranges - a.ranges), failedAt };
}

function add(reasons: Map<string, BlockedReason>, dead: DeadRange): void {
  const { failure, error, status, reason, slice, index } = dead;
  const kind = JSON.stringify([failure, error, status, reasonKey(dead)]);
  const known = reasons.get(kind);
  const first = { reason, error, failure, ...(status === undefined ? {} : { status }) };
  reasons.set(
    kind,
    known ? { ...known, ranges: known.ranges + 1 } : { ...first, ranges: 1, example: { slice, index } },
  );
}

function* some<T>(items: Iterable<T>, most: number): Generator<T> {
  let count = 0;
  for (const item of items) {
    if (count++ === most) return;
    yield item;
  }
}
