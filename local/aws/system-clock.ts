import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../core/run/ports';

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, signal ? { signal } : {}),
};
