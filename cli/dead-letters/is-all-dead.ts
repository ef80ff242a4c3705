import type { SourceQueues } from '../../aws/dead-letters';
import type { Plan } from '../../core/plan/plan';
import { isOfRun } from '../../core/run/dead/dead-letter';
import { beingLoaded } from '../../core/run/drift/being-loaded';
import type { Unrolled } from '../../core/run/missing/unroll';
import type { Lake } from '../../core/run/ports';

/** Messages that are looked at: beyond them, nothing is told. */
const mostLetters = 10_000;

/**
 * Whether the DLQ has a message of every range that a run misses, as where functions end without a word and SQS gives their messages up. What
 * is missing is then enqueued a few times more, at growing distances, in case the messages were others'; who watches need not wait for that.
 */
export async function isAllDead(
  plan: Plan,
  own: Unrolled,
  { lake, queues }: { readonly lake: Pick<Lake, 'list' | 'head' | 'get'>; readonly queues: SourceQueues },
): Promise<boolean> {
  const loading = await beingLoaded(plan, own, lake);
  const { complete, missingRanges, missing } = loading.unrolled;
  if (complete || missingRanges > mostLetters) return false;
  const dead = new Set<string>();
  for (const letter of await queues.dead.read(mostLetters)) {
    const { message } = letter;
    if (message && message.look === loading.plan.look && isOfRun(letter, plan))
      dead.add(nameOf(message.range));
  }
  for (const range of missing()) if (!dead.has(nameOf(range))) return false;
  return true;
}

function nameOf({ slice, index }: { readonly slice: string; readonly index: number }): string {
  return `${slice}/${index}`;
}
