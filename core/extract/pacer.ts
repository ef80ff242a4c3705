import { ThrottledError, TransientError } from '../errors';
import type { Clock } from '../run/ports';
import type { Limits } from '../source/source';
import { sleepUntil } from './sleep-until';

/** Longest wait, in seconds, that is sat out in place; a longer one is the caller's to park. */
export const maximumWaitSeconds = 30;

/** A lane's pace falls no lower than this share of its limit. */
const slowest = 1 / 16;
/** Share of the limit that a success gives back: 30 of them lead from the slowest pace to the full one, exactly. */
const recovery = 1 / 32;

/** Lets requests of one lane start no faster than its share of a source's limit. */
export interface Pacer {
  /**
   * Resolves when the next request may start, in the order of the calls. Nothing is waited for that ends after
   * `deadline` (monotonic milliseconds): then, or when the source asked for more than `maximumWaitSeconds`,
   * rejects with a ThrottledError if the source asked for the wait and a TransientError if the pace did.
   */
  take(signal?: AbortSignal, deadline?: number): Promise<void>;
  /**
   * Resolves when the bucket is full again, so that the next invocation of the lane, in whatever container, may
   * start with a full one. Also sits out a pause, unless it is longer than `maximumWaitSeconds`.
   */
  settle(signal?: AbortSignal): Promise<void>;
  /** The source throttled a request: nothing starts for `seconds`, then at half the pace and without bursts. */
  pause(seconds: number): void;
  /** The source said that nothing is left until `seconds` from now: nothing starts until then. */
  hold(seconds: number): void;
  /** A request succeeded: gives back 1/32 of the pace that throttling took. */
  succeeded(): void;
}

/** What of a source's burst the lanes use; the rest is for requests that bunch up on their way. */
const burstShare = 0.8;

/** Depth of a lane's token bucket, in requests: its part of the source's own bucket, and at least one. */
export function laneDepth({ burst, lanes }: Pick<Limits, 'burst' | 'lanes'>): number {
  return Math.max(1, (burstShare * burst) / lanes);
}

/**
 * Makes the token bucket of one lane: rate requestsPerSecond / lanes, depth `laneDepth`, full at first. A lane that
 * settles before its invocation ends leaves its bucket as it found it, so the lanes of a source start at most
 * `requestsPerSecond * w + max(burst, lanes)` requests in any w seconds, and share no state for it; writing loses
 * no time while it takes less than the `laneDepth * lanes / requestsPerSecond` that the depth is worth.
 */
export function createPacer(limits: Limits, clock: Clock): Pacer {
  return new LanePacer(limits, clock);
}

class LanePacer implements Pacer {
  readonly #clock: Clock;
  /** Milliseconds from one start to the next at the full pace. */
  readonly #interval: number;
  /** How far, in milliseconds, starts may run ahead of the pace. */
  readonly #tolerance: number;
  /** When the bucket is full again if nothing starts. Counts from starts that were due, so lateness is made up. */
  #fullAt = Number.NEGATIVE_INFINITY;
  /** Share of the pace that throttling has left. */
  #share = 1;
  #spacedUntil = Number.NEGATIVE_INFINITY;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #turn: Promise<void> = Promise.resolve();

  constructor({ requestsPerSecond, burst, lanes }: Limits, clock: Clock) {
    this.#clock = clock;
    this.#interval = (1000 * lanes) / requestsPerSecond;
    this.#tolerance = (laneDepth({ burst, lanes }) - 1) * this.#interval;
  }

  take(signal?: AbortSignal, deadline = Number.POSITIVE_INFINITY): Promise<void> {
    const start = this.#turn.then(() => this.#start(deadline, signal));
    this.#turn = start.catch(() => {}); // one that gives up lets the next one try
    return start;
  }

  async settle(signal?: AbortSignal): Promise<void> {
    await this.#turn;
    const now = this.#clock.monotonic();
    const pausedBriefly = this.#pausedUntil - now <= maximumWaitSeconds * 1000;
    const target = pausedBriefly ? Math.max(this.#fullAt, this.#pausedUntil) : this.#fullAt;
    await sleepUntil(target, this.#clock, signal);
  }

  pause(seconds: number): void {
    const now = this.#clock.monotonic();
    // Requests in flight are throttled together: that is one event, and halves the pace once.
    if (now >= this.#pausedUntil) this.#share = Math.max(slowest, this.#share / 2);
    this.#spacedUntil = Math.max(this.#spacedUntil, now + this.#interval / this.#share);
    this.hold(seconds);
  }

  hold(seconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.monotonic() + seconds * 1000);
  }

  succeeded(): void {
    this.#share = Math.min(1, this.#share + recovery);
  }

  async #start(deadline: number, signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const now = this.#clock.monotonic();
      const startAt = Math.max(this.#fullAt - this.#tolerance, this.#spacedUntil, this.#pausedUntil);
      if (startAt <= now) return this.#started(now);
      this.#refuseLongWait(startAt, now, deadline);
      await sleepUntil(startAt, this.#clock, signal);
    }
  }

  #started(now: number): void {
    this.#fullAt = Math.max(now, this.#fullAt) + this.#interval;
    if (this.#share < 1) this.#spacedUntil = now + this.#interval / this.#share;
  }

  #refuseLongWait(startAt: number, now: number, deadline: number): void {
    const paused = (this.#pausedUntil - now) / 1000;
    if (paused > maximumWaitSeconds || this.#pausedUntil > deadline) {
      throw new ThrottledError(`the source asked to wait for ${paused.toFixed(1)} s`, paused);
    }
    if (startAt > deadline) {
      throw new TransientError(
        `the next request may start in ${((startAt - now) / 1000).toFixed(1)} s, later than the time left`,
      );
    }
  }
}
