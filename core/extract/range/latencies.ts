/** Median, 95th percentile and longest, in whole milliseconds. */
export type LatencySummary = readonly [median: number, most: number, longest: number];

/** How long the requests of one piece of work took. Holds one number for each, and sorts them once, when it is asked. */
export class Latencies {
  readonly #milliseconds: number[] = [];

  add(milliseconds: number): void {
    this.#milliseconds.push(milliseconds);
  }

  /** By nearest rank, so that each number is one that was measured; undefined where nothing was. */
  summary(): LatencySummary | undefined {
    const sorted = Float64Array.from(this.#milliseconds).sort();
    if (sorted.length === 0) return undefined;
    const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
    return [at(0.5), at(0.95), at(1)];
  }
}
