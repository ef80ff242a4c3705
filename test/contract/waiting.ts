import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Place } from './check';

/** Time between two looks. */
const pollMilliseconds = 100;
/** By how much a server's clock and ours may be apart, in one measured span. */
const clockTolerance = 100;

/** Looks until it sees `expected`; rejects with what it saw last when the place's patience is over. */
export async function eventually<T>(
  { patience }: Pick<Place, 'patience'>,
  expected: T,
  look: () => Promise<T>,
): Promise<void> {
  const deadline = performance.now() + patience;
  for (;;) {
    const seen = await look();
    if (isDeepStrictEqual(seen, expected)) return;
    if (performance.now() > deadline) {
      throw new Error(`expected ${JSON.stringify(expected)} in the end, got ${JSON.stringify(seen)}`);
    }
    await sleep(pollMilliseconds);
  }
}

/** Looks until there is something to see; rejects when the place's patience is over. */
export async function eventuallySome<T>(
  { patience }: Pick<Place, 'patience'>,
  what: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + patience;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() > deadline) throw new Error(`expected ${what} in the end, got nothing`);
    await sleep(pollMilliseconds);
  }
}

/** Rejects when less than `milliseconds` went by since `started`, a moment of performance.now(). */
export function assertAtLeast(milliseconds: number, started: number, what: string): void {
  const passed = performance.now() - started;
  if (passed < milliseconds - clockTolerance) {
    throw new Error(
      `expected ${what} after ${milliseconds} ms at the earliest, got it after ${Math.round(passed)} ms`,
    );
  }
}

/** Rejects when more than `milliseconds` went by since `started`. */
export function assertAtMost(milliseconds: number, started: number, what: string): void {
  const passed = performance.now() - started;
  if (passed > milliseconds) {
    throw new Error(`expected ${what} within ${milliseconds} ms, got it after ${Math.round(passed)} ms`);
  }
}
