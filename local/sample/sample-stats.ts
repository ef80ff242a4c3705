/** What the sample API has seen since it started, or since its counts were reset. */
export interface SampleStats {
  /** ISO 8601. */
  readonly startedAt: string;
  /** Requests for pages, however they were answered. */
  readonly requests: number;
  /** Of those, the ones within the limit. */
  readonly accepted: number;
  /** Answered 429. */
  readonly throttled: number;
  /** Answered 401. */
  readonly unauthorized: number;
  /** Answered 400, though within the limit. */
  readonly bad: number;
  /** How often each page was served, by '<page>:<perPage>'. */
  readonly pages: Readonly<Record<string, number>>;
  /** Largest number of accepted requests in any sliding window of one second. */
  readonly busiestSecond: number;
  /** Milliseconds since startedAt of the first and the last accepted request. */
  readonly firstAcceptedAt: number | null;
  readonly lastAcceptedAt: number | null;
}

/** SampleStats with the time of every accepted request, for judging how evenly a limit was used. */
export interface DetailedSampleStats extends SampleStats {
  /** Milliseconds since startedAt, ascending. */
  readonly acceptedAt: readonly number[];
}

/** Counts requests. Times are kept until the next reset, 8 bytes each. */
export class SampleStatsCounter {
  private startedAt = new Date();
  private origin = performance.now();
  /** By the clock of performance.now(). */
  private times: number[] = [];
  private pages = new Map<string, number>();
  private throttledCount = 0;
  private unauthorizedCount = 0;
  private badCount = 0;
  private busiestSecond = 0;
  /** Index in times of the first request less than a second old. */
  private windowStart = 0;

  /** `now` by the clock of performance.now(), never less than the last time. */
  accepted(now: number): void {
    this.times.push(now);
    while ((this.times[this.windowStart] ?? now) <= now - 1000) this.windowStart += 1;
    this.busiestSecond = Math.max(this.busiestSecond, this.times.length - this.windowStart);
  }

  served(page: number, perPage: number): void {
    const name = `${page}:${perPage}`;
    this.pages.set(name, (this.pages.get(name) ?? 0) + 1);
  }

  throttled(): void {
    this.throttledCount += 1;
  }

  unauthorized(): void {
    this.unauthorizedCount += 1;
  }

  bad(): void {
    this.badCount += 1;
  }

  reset(): void {
    this.startedAt = new Date();
    this.origin = performance.now();
    this.times = [];
    this.pages = new Map();
    this.throttledCount = 0;
    this.unauthorizedCount = 0;
    this.badCount = 0;
    this.busiestSecond = 0;
    this.windowStart = 0;
  }

  summary(): SampleStats {
    return {
      startedAt: this.startedAt.toISOString(),
      requests: this.times.length + this.throttledCount + this.unauthorizedCount,
      accepted: this.times.length,
      throttled: this.throttledCount,
      unauthorized: this.unauthorizedCount,
      bad: this.badCount,
      pages: Object.fromEntries(this.pages),
      busiestSecond: this.busiestSecond,
      firstAcceptedAt: this.sinceStart(this.times[0]),
      lastAcceptedAt: this.sinceStart(this.times.at(-1)),
    };
  }

  detailed(): DetailedSampleStats {
    return { ...this.summary(), acceptedAt: this.times.map((time) => time - this.origin) };
  }

  private sinceStart(time: number | undefined): number | null {
    return time === undefined ? null : time - this.origin;
  }
}
