import type { MetricName } from '../core/run/ports';

/** Seconds over which the current rate is taken. */
const rateWindowSeconds = 4;

/** Adds up the metrics that the functions write, as CloudWatch would. */
export class Tally {
  readonly #sums = new Map<string, number>();
  readonly #recent: { at: number; requests: number }[] = [];
  readonly #clock: () => number;

  /** @param clock monotonic milliseconds */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  add(values: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(values)) this.#sums.set(name, this.of(name) + value);
    if (values.Requests) this.#recent.push({ at: this.#clock(), requests: values.Requests });
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
