/**
 * A token bucket that counts in time, as the generic cell rate algorithm does (ITU-T I.371): instead of tokens it keeps when
 * it will be full. Times in monotonic milliseconds.
 */
export class TokenBucket {
  #fullAt = Number.NEGATIVE_INFINITY;

  /** Holds `depth` tokens, is full at first, and gains one per `interval` milliseconds. */
  constructor(
    readonly interval: number,
    readonly depth: number,
  ) {}

  /** When it is full again if nothing starts. */
  get fullAt(): number {
    return this.#fullAt;
  }

  /** When `weight` tokens are there; a weight that the bucket cannot hold may start when it is full, and is owed. */
  startAt(weight: number): number {
    return this.#fullAt - Math.max(0, this.depth - weight) * this.interval;
  }

  /** Takes `weight` tokens at `now`. Counts from when they were due, so that a late start is made up for. */
  take(weight: number, now: number): void {
    this.#fullAt = Math.max(now, this.#fullAt) + weight * this.interval;
  }
}
