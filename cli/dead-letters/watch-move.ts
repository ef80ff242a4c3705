import { setTimeout as sleep } from 'node:timers/promises';
import type { DeadLetters, MoveTask } from '../../aws/dead-letters';
import { TransientError } from '../../core/errors';
import type { MoveDisplay } from './move-display';

/** How often SQS is asked; it updates its numbers less often than that. */
const lookMilliseconds = 500;

/**
 * Watches a move until it has ended. `signal` cancels it; so does a move that has moved more than there was when it began: what it goes on
 * with has failed again meanwhile, and would go round in circles.
 */
export async function watchMove(
  dead: Pick<DeadLetters, 'moves' | 'cancelMove'>,
  handle: string,
  { display, signal }: { readonly display: Pick<MoveDisplay, 'update'>; readonly signal: AbortSignal },
): Promise<MoveTask> {
  let startedAt: number | undefined;
  let cancelled = false;
  for (;;) {
    const tasks = await dead.moves();
    const task =
      tasks.find((one) => one.handle === handle) ??
      // Only a task under way has its handle told: afterwards it is known by when it began.
      (startedAt === undefined ? tasks[0] : tasks.find((one) => one.startedAt === startedAt));
    if (!task) throw new TransientError('SQS knows nothing of the move that it has started: run this again');
    startedAt = task.startedAt;
    display.update(task.moved, task.toMove);
    if (task.status !== 'RUNNING' && task.status !== 'CANCELLING') return task;
    const circles = task.toMove !== undefined && task.moved > task.toMove;
    if ((signal.aborted || circles) && !cancelled) {
      cancelled = true;
      await dead.cancelMove(handle).catch(() => undefined); // it may have ended this moment
      continue;
    }
    await sleep(lookMilliseconds, undefined, cancelled ? {} : { signal }).catch(() => undefined);
  }
}
