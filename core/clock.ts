import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './run/ports';

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(milliseconds, signal) {
    await delay(milliseconds, undefined, signal ? { signal } : {});
  },
};
