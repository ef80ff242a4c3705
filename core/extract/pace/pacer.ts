import { ThrottledError, TransientError } from '../../errors';
import type { Clock } from '../../run/ports';
import { AdaptiveShare } from './adaptive-share';
import { laneShare, type Pace, type Share } from './lane-share';
import { type Quota, QuotaShare } from './quota-share';
import { sleepUntil } from './sleep-until';
import { TokenBucket } from './token-bucket';

/** Longest wait, in seconds, that is sat out in place; a longer one is the caller's to park. */
export const maximumWaitSeconds = 30;

/** Refusals within so many milliseconds are one event, whatever wait they ask for: their requests were under way together. */
const eventMilliseconds = 1000;

/** One request that wants to start. */
export interface Start {
  readonly signal?: AbortSignal | undefined;
  /** Monotonic milliseconds; nothing is waited for that ends later. @default none */
  readonly deadline?: number | undefined;
  /** Requests that it counts as. @default 1 */
  readonly weight?: number | undefined;
}

/** Lets requests of one lane, or of fan-out, start no faster than its share of a source's limit. */
export interface Pacer {
  /**
   * Resolves when the next request may start, in the order of the calls. Nothing is waited for that ends after
   * the deadline: then, or when the source asked for more than `maximumWaitSeconds`, rejects with a ThrottledError
   * if the source asked for the wait and a TransientError if the pace did.
   */
  take(start?: Start): Promise<void>;
  /**
   * Resolves when the bucket is full again, so that the next invocation of the lane, in whatever container, may
   * start with a full one. Also sits out a pause, unless it is longer than `maximumWaitSeconds`.
   */
  settle(signal?: AbortSignal): Promise<void>;
  /** The source throttled a request: nothing starts for `seconds`, then at half the pace and without bursts. */
  pause(seconds: number): void;
  /** The source said that nothing is left until `seconds` from now: nothing starts until then. */
  hold(seconds: number): void;
  /** The source said what is left: the lane slows down to its part of that, until an answer says otherwise. */
  quota(quota: Quota): void;
  /** A request succeeded: gives back a little of the pace that throttling took. */
  succeeded(): void;
}

/**
 * Makes the pacer of one lane: a token bucket with its part of the limit, full at first. A lane that settles before its
 * invocation ends leaves its bucket as it found it, so the lanes of a source and its fan-out start at most
 * `requestsPerSecond * w + max(0.8 * burst, lanes) + 1` requests in any w seconds, and share no state for it; writing
 * loses no time while it takes less than a full bucket is worth. A request that weighs more than the bucket holds starts
 * when it is full, and adds what it weighs more.
 */
export function createPacer(limits: Pace, clock: Clock, share: Share = 'lane'): Pacer {
  return new LanePacer(limits, clock, share);
}

class LanePacer implements Pacer {
  readonly #clock: Clock;
  readonly #bucket: TokenBucket;
  readonly #adaptive = new AdaptiveShare();
  readonly #quota: QuotaShare;
  #spacedUntil = Number.NEGATIVE_INFINITY;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #eventUntil = Number.NEGATIVE_INFINITY;
  #turn: Promise<void> = Promise.resolve();

  constructor(limits: Pace, clock: Clock, share: Share) {
    const { fraction, depth } = laneShare(limits, share);
    this.#clock = clock;
    this.#bucket = new TokenBucket(1000 / (fraction * limits.requestsPerSecond), depth);
    this.#quota = new QuotaShare(limits.requestsPerSecond);
  }

  take({ signal, deadline = Number.POSITIVE_INFINITY, weight = 1 }: Start = {}): Promise<void> {
    const start = this.#turn.then(() => this.#start(weight, deadline, signal));
    this.#turn = start.catch(() => {}); // one that gives up lets the next one try
    return start;
  }

  async settle(signal?: AbortSignal): Promise<void> {
    await this.#turn;
    const pausedBriefly = this.#pausedUntil - this.#clock.monotonic() <= maximumWaitSeconds * 1000;
    const { fullAt } = this.#bucket;
    await sleepUntil(pausedBriefly ? Math.max(fullAt, this.#pausedUntil) : fullAt, this.#clock, signal);
  }

  pause(seconds: number): void {
    const now = this.#clock.monotonic();
    // Requests under way are throttled together: that is one event, and halves the pace once.
    if (now >= Math.max(this.#eventUntil, this.#pausedUntil)) {
      this.#adaptive.refused();
      this.#eventUntil = now + eventMilliseconds;
    }
    this.#spacedUntil = Math.max(this.#spacedUntil, now + this.#bucket.interval / this.#share(now));
    this.hold(seconds);
  }

  hold(seconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.monotonic() + seconds * 1000);
  }

  quota(quota: Quota): void {
    this.#quota.learn(quota, this.#clock.monotonic());
  }

  succeeded(): void {
    this.#adaptive.succeeded();
  }

  async #start(weight: number, deadline: number, signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const now = this.#clock.monotonic();
      const startAt = Math.max(this.#bucket.startAt(weight), this.#spacedUntil, this.#pausedUntil);
      if (startAt <= now) return this.#started(weight, now);
      this.#refuseLongWait(startAt, now, deadline);
      await sleepUntil(startAt, this.#clock, signal);
    }
  }

  #started(weight: number, now: number): void {
    this.#bucket.take(weight, now);
    const share = this.#share(now);
    if (share < 1) this.#spacedUntil = now + (weight * this.#bucket.interval) / share;
  }

  /** Of the lane's pace, what the source has left of it. */
  #share(now: number): number {
    return Math.min(this.#adaptive.value, this.#quota.at(now));
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
