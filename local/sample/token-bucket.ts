/** Lets `perSecond` requests pass on average and up to `depth` at once. In any time t it lets at most depth + perSecond · t pass. */
export class TokenBucket {
  private readonly depth: number;
  private tokens: number;
  private filledAt: number;

  /** `now` in milliseconds, from a clock that never goes back. A depth below 1 would let nothing pass, so it counts as 1. */
  constructor(
    private readonly perSecond: number,
    depth: number,
    now: number,
  ) {
    this.depth = Math.max(1, depth);
    this.tokens = this.depth;
    this.filledAt = now;
  }

  /** Whether a request may pass now; if so, it counts. */
  take(now: number): boolean {
    this.fill(now);
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  /** Requests that may pass at once. */
  remaining(now: number): number {
    this.fill(now);
    return Math.floor(this.tokens);
  }

  /** Seconds until the next request may pass; 0 when one may pass at once. */
  secondsToNext(now: number): number {
    this.fill(now);
    return Math.max(0, (1 - this.tokens) / this.perSecond);
  }

  private fill(now: number): void {
    this.tokens = Math.min(this.depth, this.tokens + ((now - this.filledAt) * this.perSecond) / 1000);
    this.filledAt = now;
  }
}
