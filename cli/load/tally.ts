import type { RangeName } from '../../core/plan/plan';
import type { MetricName } from '../../core/run/ports';
import { failedAttempt } from '../failed-attempt';

/** Seconds over which the current rate is taken. */
const rateWindowSeconds = 4;

/** Adds up the metrics that the functions write, as CloudWatch would. */
export class Tally {
  readonly #sums = new Map<string, number>();
  readonly #recent: { at: number; requests: number }[] = [];
  /** Pages that an invocation has fetched so far, by its id. */
  readonly #fetched = new Map<string, number>();
  readonly #ended = new Set<string>();
  readonly #failed = new Map<string, RangeName>();
  readonly #clock: () => number;

  /** @param clock monotonic milliseconds */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /** @param invocation the one that counted, where that is known */
  add(values: Readonly<Record<string, number>>, invocation?: string): void {
    for (const [name, value] of Object.entries(values)) this.#sums.set(name, this.of(name) + value);
    if (values.Requests) this.#recent.push({ at: this.#clock(), requests: values.Requests });
    if (invocation !== undefined && values.PagesFetched)
      this.#fetched.set(invocation, (this.#fetched.get(invocation) ?? 0) + values.PagesFetched);
  }

  /** An invocation is over: what it fetched is in the lake by now, or was for nothing. */
  ended(invocation: string): void {
    if (this.#fetched.has(invocation)) this.#ended.add(invocation);
  }

  /** Before the lake is looked at; the answer, called after the look, forgets the pages of the invocations that had ended before it. */
  beforeLook(): () => void {
    const ended = [...this.#ended];
    return () => {
      for (const invocation of ended) {
        this.#ended.delete(invocation);
        this.#fetched.delete(invocation);
      }
    };
  }

  /** Pages of attempts that are under way, each of which is at one range of `mostEach` pages: one that is fetched again counts once. */
  pagesInFlight(mostEach: number): number {
    let pages = 0;
    for (const fetched of this.#fetched.values()) pages += Math.min(mostEach, fetched);
    return pages;
  }

  /** Takes a line that a function logged, which may say that an attempt at a range has failed. */
  log(line: string): void {
    const range = failedAttempt(line);
    if (range) this.#failed.set(`${range.slice}/${range.index}`, range);
  }

  /** Ranges at which an attempt has failed since the load began, whatever became of them. */
  get failedRanges(): Iterable<RangeName> {
    return this.#failed.values();
  }

  of(name: MetricName | (string & {})): number {
    return this.#sums.get(name) ?? 0;
  }

  /** Requests per second over the last seconds. */
  requestsPerSecond(sinceStartSeconds: number): number {
    const from = this.#clock() - rateWindowSeconds * 1000;
    while (this.#recent[0] && this.#recent[0].at < from) this.#recent.shift();
    const requests = this.#recent.reduce((sum, sample) => sum + sample.requests, 0);
    return requests / Math.max(1, Math.min(rateWindowSeconds, sinceStartSeconds));
  }
}
