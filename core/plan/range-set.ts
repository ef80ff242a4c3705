import { countRanges, type Grid, pageRanges, rangesInSlice } from './grid';
import type { PageRange } from './plan';

/** Which ranges of a plan exist, in one bit per range: a million ranges take 125 KB. */
export class RangeSet {
  readonly #bits: Map<string, { bits: Uint8Array; ranges: number }>;
  readonly #grid: Grid;
  #size = 0;

  constructor(grid: Grid) {
    this.#grid = grid;
    this.#bits = new Map(
      grid.slices.map((slice) => {
        const ranges = rangesInSlice(grid, slice);
        return [slice.name, { ranges, bits: new Uint8Array(Math.ceil(ranges / 8)) }];
      }),
    );
  }

  /** Adds a range; false when the plan has no such range or it is there already. */
  add(range: Pick<PageRange, 'slice' | 'index'>): boolean {
    const slice = this.#bits.get(range.slice);
    if (!slice || range.index >= slice.ranges || this.has(range)) return false;
    const byte = range.index >> 3;
    slice.bits[byte] = (slice.bits[byte] ?? 0) | (1 << (range.index & 7));
    this.#size++;
    return true;
  }

  has(range: Pick<PageRange, 'slice' | 'index'>): boolean {
    const slice = this.#bits.get(range.slice);
    if (!slice || range.index >= slice.ranges) return false; // beyond 2^31, >> would wrap around
    return ((slice.bits[range.index >> 3] ?? 0) & (1 << (range.index & 7))) !== 0;
  }

  get size(): number {
    return this.#size;
  }

  /** Ranges of the plan that are not in the set: what is still to be loaded. */
  *missing(): Generator<PageRange> {
    for (const range of pageRanges(this.#grid)) if (!this.has(range)) yield range;
  }

  get complete(): boolean {
    return this.#size === countRanges(this.#grid);
  }
}
