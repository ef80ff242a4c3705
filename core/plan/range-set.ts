import type { RangeName } from './plan';

/** Ranges of a slice whose bits fit into one number: most slices have no more. */
const fewRanges = 31;
/** Bits of one piece: an index that stands alone costs no more than this. */
const rangesPerPiece = 4096;

type Pieces = Map<number, Uint8Array>;

/**
 * Which ranges exist, of slices that need not be known beforehand. One bit per range: a million ranges of one slice take
 * 125 KB, a slice of few ranges one number.
 */
export class RangeSet {
  readonly #slices = new Map<string, number | Pieces>();
  #size = 0;

  /** Adds a range; false when it is there already. */
  add(range: RangeName): boolean {
    if (this.has(range)) return false;
    const { slice, index } = range;
    const bits = this.#slices.get(slice) ?? 0;
    if (typeof bits === 'number' && index < fewRanges) this.#slices.set(slice, bits | (1 << index));
    else this.#addToPieces(slice, typeof bits === 'number' ? inPieces(bits) : bits, index);
    this.#size++;
    return true;
  }

  has({ slice, index }: RangeName): boolean {
    const bits = this.#slices.get(slice);
    if (bits === undefined) return false;
    if (typeof bits === 'number') return index < fewRanges && (bits & (1 << index)) !== 0;
    const at = index % rangesPerPiece;
    const piece = bits.get(Math.floor(index / rangesPerPiece));
    return piece !== undefined && ((piece[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;
  }

  get size(): number {
    return this.#size;
  }

  /** The first index of a slice, from `index` on, that is not there: where a chain ends. */
  firstAbsent({ slice, index }: RangeName): number {
    let absent = index;
    while (this.has({ slice, index: absent })) absent++;
    return absent;
  }

  #addToPieces(slice: string, pieces: Pieces, index: number): void {
    const number = Math.floor(index / rangesPerPiece);
    const at = index % rangesPerPiece;
    const piece = pieces.get(number) ?? new Uint8Array(rangesPerPiece / 8);
    piece[at >> 3] = (piece[at >> 3] ?? 0) | (1 << (at & 7));
    this.#slices.set(slice, pieces.set(number, piece));
  }
}

function inPieces(bits: number): Pieces {
  if (bits === 0) return new Map();
  const first = new Uint8Array(rangesPerPiece / 8);
  new DataView(first.buffer).setUint32(0, bits, true);
  return new Map([[0, first]]);
}
