import type { PageRange, Plan } from '../../plan/plan';
import { type Blocked, blockedReasons } from '../dead/blocked-reasons';
import { rangeDocuments } from '../dead/range-documents';
import { deadPrefix } from '../keys';
import type { Clock, Lake, PageQueue, QueueDepth, Telemetry } from '../ports';
import type { BlockedReason, RunState } from '../run-state';
import { messagesOf } from './enqueue-missing';
import { mostFruitlessRounds, nextRound, takeRound } from './enqueue-rounds';
import { noteRedriven, timesRedriven } from './redriven';
import type { Unrolled } from './unroll';

export interface LoadMissingServices {
  readonly lake: Pick<Lake, 'list' | 'get' | 'putIfAbsent'>;
  /** The page queue of a source. */
  pageQueue(source: string): Promise<Pick<PageQueue, 'send' | 'depth'>>;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

/** A run's plan, or that of one of its looks. */
type LookedPlan = Omit<Plan, 'sequences'> & { readonly look?: number };

/** Whether nothing is on its way to a worker, as far as SQS can tell. */
export function isQuiet({ waiting, inFlight, delayed }: QueueDepth): boolean {
  return waiting + inFlight + delayed === 0;
}

/**
 * Sees to it that what is missing comes. While messages are on their way nothing need be done. After that, what is missing is enqueued again,
 * but for what a worker sent to the DLQ and says so in the lake: that waits for an operator, whatever else is in the DLQ. A redrive makes the
 * queue busy again.
 */
export async function loadMissing(
  plan: LookedPlan,
  unrolled: Unrolled,
  services: LoadMissingServices,
): Promise<RunState> {
  const { lake, telemetry } = services;
  const { ranges, missingRanges: missing, present } = unrolled;
  const { source, dataset, look } = plan;
  const pageQueue = await services.pageQueue(plan.source);
  const depth = await pageQueue.depth();
  const loading = { state: 'loading', look, ranges, missing, enqueued: 0 } as const;
  if (!isQuiet(depth)) {
    if (depth.dead === 0) await noteRedriven(plan, services);
    return loading;
  }

  // With nothing in the DLQ nobody waits for a redrive, whatever workers once said.
  const dead = depth.dead > 0 ? await rangeDocuments(deadPrefix(plan), lake) : undefined;
  const isDead = (range: PageRange) => dead?.has(range) === true;
  const blocked = async ({ reasons, failedAt }: Blocked): Promise<RunState> => {
    // At every pass, so that a graph shows for how long: others are told once, by an event.
    telemetry.count('RunBlocked', 1, { source, dataset });
    // With an empty DLQ there was nothing to redrive, whoever else was loading.
    const redriven = depth.dead > 0 ? await timesRedriven(plan, lake) : undefined;
    return { state: 'blocked', look, ranges, missing, dead: depth.dead, reasons, failedAt, redriven };
  };
  const deadReasons = () => blockedReasons(plan, only(unrolled.missing(), isDead), lake);

  const [first] = only(unrolled.missing(), (range) => !isDead(range));
  if (!first) return blocked(await deadReasons());
  const most = mostFruitlessRounds(missing - (dead?.size ?? 0), depth.dead);
  const next = await nextRound(plan, { present: present.size, most }, services);
  if (next.turn === 'over') {
    const lost = missing - count(only(unrolled.missing(), isDead));
    const { reasons, failedAt } = await deadReasons();
    return blocked({ reasons: [...reasons, neverCame({ ranges: lost, rounds: most }, first)], failedAt });
  }
  if (next.turn === 'wait') return loading;
  const { round } = next;
  if (!(await takeRound(plan, { round, present: present.size }, services))) return loading;
  const alive = only(unrolled.missing(), (range) => !isDead(range));
  const enqueued = await pageQueue.send(messagesOf(plan, alive));
  telemetry.count('RangesEnqueued', enqueued, { source, dataset });
  return { ...loading, enqueued };
}

/** Workers end without a word when they are out of memory or time, and SQS moves their messages to the DLQ by itself. */
function neverCame(
  { ranges, rounds }: { readonly ranges: number; readonly rounds: number },
  { slice, index }: PageRange,
): BlockedReason {
  const reason = `enqueued ${rounds} times without a range coming of it: see the worker's log, then run the dataset again, or redrive`;
  return { reason, error: 'NothingCame', failure: 'unknown', ranges, example: { slice, index } };
}

function* only(ranges: Iterable<PageRange>, isWanted: (range: PageRange) => boolean): Generator<PageRange> {
  for (const range of ranges) if (isWanted(range)) yield range;
}

function count(items: Iterable<unknown>): number {
  let counted = 0;
  for (const _ of items) counted++;
  return counted;
}
