/** Some consecutive ranges. */
export interface RangeBin {
  /** Position of the first of them, from 0. */
  readonly first: number;
  readonly ranges: number;
  /** Records of all of them, by what became of them. */
  readonly staged: number;
  readonly quarantined: number;
  readonly filtered: number;
  /** Ranges that received no record. */
  readonly empty: number;
}

/** What became of a range's records. */
export interface RangeRecords {
  readonly received: number;
  readonly staged: number;
  readonly quarantined: number;
  readonly filtered: number;
}

/** More than this are never held: then each two become one. */
const mostBins = 512;

type Sums = { -readonly [Name in keyof RangeBin]: RangeBin[Name] };

/** Sums over consecutive ranges, of any number of them, in memory that does not grow. */
export class RangeBins {
  #bins: Sums[] = [];
  /** Ranges in each. */
  #width = 1;
  #ranges = 0;

  add({ received, staged, quarantined, filtered }: RangeRecords): void {
    if (this.#ranges === mostBins * this.#width) this.#widen();
    const position = Math.floor(this.#ranges / this.#width);
    const sums = this.#bins[position] ?? {
      first: this.#ranges,
      ranges: 0,
      staged: 0,
      quarantined: 0,
      filtered: 0,
      empty: 0,
    };
    this.#bins[position] = sums;
    this.#ranges++;
    sums.ranges++;
    sums.staged += staged;
    sums.quarantined += quarantined;
    sums.filtered += filtered;
    if (received === 0) sums.empty++;
  }

  /** In order, at most `most` of them. */
  bins(most: number): RangeBin[] {
    while (this.#bins.length > most) this.#widen();
    return this.#bins.map((sums) => ({ ...sums }));
  }

  #widen(): void {
    const wider: Sums[] = [];
    for (const [position, sums] of this.#bins.entries()) {
      const into = wider[position >> 1];
      if (into === undefined) wider.push({ ...sums });
      else merge(into, sums);
    }
    this.#bins = wider;
    this.#width *= 2;
  }
}

function merge(into: Sums, sums: Sums): void {
  into.ranges += sums.ranges;
  into.staged += sums.staged;
  into.quarantined += sums.quarantined;
  into.filtered += sums.filtered;
  into.empty += sums.empty;
}
