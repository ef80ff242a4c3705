import type { Clock } from '../../../../core/run/ports';

interface Sleeper {
  readonly wakeAt: number;
  wake(): void;
}

export interface VirtualClock extends Clock {
  /** Every sleep so far, in milliseconds, in the order of the calls. */
  readonly sleeps: readonly number[];
  /** Moves on by itself, without anybody sleeping. */
  advance(milliseconds: number): void;
}

/** When the tests' time begins, in milliseconds since the epoch. */
export const startOfTime = Date.parse('2026-01-31T03:00:00.000Z');

/**
 * A clock whose time passes as soon as everybody sleeps: the earliest sleeper is woken, then the next one.
 * `lateness` says, for every sleep, by how many milliseconds its timer errs.
 */
export function createVirtualClock(lateness: () => number = () => 0): VirtualClock {
  let time = 1000;
  let turning = false;
  const sleepers = new Set<Sleeper>();
  const sleeps: number[] = [];

  const turn = async () => {
    turning = true;
    while (sleepers.size > 0) {
      for (let pass = 0; pass < 4; pass++) await new Promise((resolve) => setImmediate(resolve));
      const first = [...sleepers].reduce<Sleeper | undefined>(
        (earliest, sleeper) => (earliest && earliest.wakeAt <= sleeper.wakeAt ? earliest : sleeper),
        undefined,
      );
      if (!first) break;
      sleepers.delete(first);
      time = Math.max(time, first.wakeAt);
      first.wake();
    }
    turning = false;
  };

  return {
    sleeps,
    now: () => startOfTime + time,
    monotonic: () => time,
    advance(milliseconds) {
      time += milliseconds;
    },
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      sleeps.push(milliseconds);
      await new Promise<void>((resolve, reject) => {
        const wakeAt = time + Math.max(Math.min(milliseconds, 0.5), milliseconds + lateness());
        const abort = () => {
          sleepers.delete(sleeper);
          reject(new DOMException('The sleep was aborted', 'AbortError'));
        };
        const wake = () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        };
        const sleeper = { wakeAt, wake };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', abort);
        if (!turning) void turn();
      });
    },
  };
}
