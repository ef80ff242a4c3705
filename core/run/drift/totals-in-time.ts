import type { Reads } from './reads';

/** Milliseconds by which the clocks of two workers may differ. */
const clockDifference = 100;

/** When a source named which total of a slice, as far as reads of it tell. */
export class TotalsInTime {
  readonly #reads: Reads;
  /** Positions of the reads, by their beginnings. */
  readonly #order: Uint32Array;
  /** Of the reads up to each of those, the latest end. */
  readonly #latestEnd: Float64Array;

  constructor(reads: Reads, positions: Iterable<number>) {
    const named = [...positions].filter((at) => !Number.isNaN(reads.least[at] ?? Number.NaN));
    this.#reads = reads;
    this.#order = Uint32Array.from(named).sort((a, b) => begin(reads, a) - begin(reads, b));
    this.#latestEnd = new Float64Array(this.#order.length);
    let latest = Number.NEGATIVE_INFINITY;
    for (const [at, read] of this.#order.entries()) {
      latest = Math.max(latest, end(reads, read));
      this.#latestEnd[at] = latest;
    }
  }

  /** Whether all reads that were under way in a time, in milliseconds since the epoch, saw one and the same total. */
  isOneTotal(from: number, to: number): boolean {
    const [earliest, latest] = [from - clockDifference, to + clockDifference];
    let total: number | undefined;
    for (let at = this.#firstEndingAfter(earliest); at < this.#order.length; at++) {
      const read = this.#order[at] ?? 0;
      if (begin(this.#reads, read) > latest) break;
      if (end(this.#reads, read) < earliest) continue;
      const [least, most] = [this.#reads.least[read], this.#reads.most[read]];
      total ??= least;
      if (least !== total || most !== total) return false;
    }
    return true;
  }

  /** Whether any read saw a smaller total than one before it, or than `first`, which was there before all of them. */
  hasFallen(first: number | undefined): boolean {
    const byEnd = this.#order.slice().sort((a, b) => end(this.#reads, a) - end(this.#reads, b));
    let most = first ?? 0;
    let ended = 0;
    for (const read of this.#order) {
      for (; ended < byEnd.length; ended++) {
        const earlier = byEnd[ended] ?? 0;
        if (end(this.#reads, earlier) >= begin(this.#reads, read)) break;
        most = Math.max(most, this.#reads.most[earlier] ?? 0);
      }
      if ((this.#reads.least[read] ?? 0) < most) return true;
    }
    return false;
  }

  #firstEndingAfter(time: number): number {
    let [from, to] = [0, this.#latestEnd.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#latestEnd[middle] ?? 0) < time) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

function begin(reads: Reads, at: number): number {
  return reads.begin[at] ?? 0;
}

function end(reads: Reads, at: number): number {
  return reads.end[at] ?? 0;
}
