import { slowest } from './adaptive-share';

/** What a source says is left. */
export interface Quota {
  /** Requests. */
  readonly remaining: number;
  /** Until the source counts anew. */
  readonly resetSeconds: number;
}

/** Resets are given in whole seconds: up to one of them may have passed already. */
const resolutionSeconds = 1;
/**
 * Spreading what is left over a short window avoids refusals. Over an hour or a day it would only make a load slower: that
 * is used up at the full pace, and when nothing is left, whoever is told so waits or parks.
 */
const longestResetSeconds = 120;

/** The share of the limit, from `slowest` to 1, that a source's rate headers leave. */
export class QuotaShare {
  #share = 1;
  #until = Number.NEGATIVE_INFINITY;

  constructor(readonly requestsPerSecond: number) {}

  /** Takes in what an answer said at `now`, in monotonic milliseconds. It holds until the next one, or the reset. */
  learn({ remaining, resetSeconds }: Quota, now: number): void {
    const seconds = resetSeconds - resolutionSeconds;
    const distant = resetSeconds > longestResetSeconds;
    const share = seconds <= 0 || distant ? 1 : remaining / seconds / this.requestsPerSecond;
    this.#share = Math.max(slowest, Math.min(1, share));
    this.#until = now + resetSeconds * 1000;
  }

  /** What is left at `now`, in monotonic milliseconds. */
  at(now: number): number {
    return now < this.#until ? this.#share : 1;
  }
}
