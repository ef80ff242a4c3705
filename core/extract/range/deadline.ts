import { setMaxListeners } from 'node:events';
import { TransientError } from '../../errors';
import type { Clock } from '../../run/ports';

/** Longest delay that a Node timer takes, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/**
 * Runs `work` with a controller that aborts when the monotonic time `deadline` (milliseconds) is reached, with a
 * TransientError as the reason. Whoever works aborts it, too, when nothing else is worth finishing. Once it has been
 * aborted, that reason is what this rejects with.
 */
export async function withDeadline<Result>(
  deadline: number,
  clock: Clock,
  work: (controller: AbortController) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal); // every request under way listens to it
  const giveUp = () =>
    controller.abort(new TransientError('the time ran out while pages were being fetched'));
  // A timer of Node rather than the clock's: it ends requests, and those take real time.
  const timer = setTimeout(giveUp, Math.min(longestTimer, Math.max(0, deadline - clock.monotonic())));
  try {
    return await work(controller);
  } catch (error) {
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
