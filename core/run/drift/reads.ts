import type { RangeName } from '../../plan/plan';
import { stagePrefix } from '../keys';
import { rangeOfKey } from '../missing/present-ranges';
import type { Unrollable } from '../missing/unroll';
import type { Lake } from '../ports';
import type { Receipt } from '../range/receipt';
import { fingerprint } from '../verify/fingerprints';
import { harvestAll } from '../verify/harvest';
import { manifestObjects } from '../verify/manifest';

/** What the receipts of many reads say, in some 60 bytes each. Of a range that is not there, nothing is known. */
export class Reads {
  /** Milliseconds since the epoch; NaN where nothing is known. */
  readonly begin: Float64Array;
  readonly end: Float64Array;
  /** Smallest and largest total of the slice that was seen; NaN where the source names none. */
  readonly least: Float64Array;
  readonly most: Float64Array;
  /** Records in the pages. */
  readonly records: Float64Array;
  /** What the first page begins with, and the last; 0 for nothing. */
  readonly first: BigUint64Array;
  readonly last: BigUint64Array;
  /** 1 where a key comes twice. */
  readonly repeats: Uint8Array;

  constructor(readonly length: number) {
    this.begin = new Float64Array(length).fill(Number.NaN);
    this.end = new Float64Array(length).fill(Number.NaN);
    this.least = new Float64Array(length).fill(Number.NaN);
    this.most = new Float64Array(length).fill(Number.NaN);
    this.records = new Float64Array(length);
    this.first = new BigUint64Array(length);
    this.last = new BigUint64Array(length);
    this.repeats = new Uint8Array(length);
  }

  set(at: number, receipt: Receipt): void {
    const { fetchedAt, fetchMilliseconds, totals, received, firstRecord, lastRecord } = receipt;
    this.begin[at] = Date.parse(fetchedAt);
    this.end[at] = Date.parse(fetchedAt) + fetchMilliseconds;
    if (totals) this.least[at] = totals.min;
    if (totals) this.most[at] = totals.max;
    this.records[at] = received;
    this.first[at] = toMark(firstRecord);
    this.last[at] = toMark(lastRecord);
    this.repeats[at] = receipt.staged > 0 && !receipt.uniqueKeys ? 1 : 0;
  }

  /** Whether there is such a read; not of a range that an operator gave up. */
  has(at: number): boolean {
    return !Number.isNaN(this.begin[at] ?? Number.NaN);
  }
}

/** Receipts hold a hash as text. */
function toMark(hash: string | undefined): bigint {
  return hash === undefined ? 0n : fingerprint(hash);
}

/** Where the receipts of consecutive ranges go. */
export interface Spot {
  /** Index of the first range. */
  readonly index: number;
  readonly ranges: number;
  /** Its place among the reads. */
  readonly at: number;
}

/** Reads the receipts of a folder, of which each is read once (see harvestAll), and tells those in `spots`, by slice and in the order of their indexes, and all of them to `tell`. */
export async function readReceipts(
  run: Unrollable,
  lake: Pick<Lake, 'list' | 'head' | 'get' | 'putIfAbsent'>,
  spots: ReadonlyMap<string, readonly Spot[]>,
  tell: (at: number | undefined, receipt: Receipt, range: RangeName) => void,
): Promise<void> {
  const parts = await harvestAll(run, lake);
  const prefix = stagePrefix(run);
  for await (const { key, receipt } of manifestObjects({ parts }, lake)) {
    const range = rangeOfKey(prefix, key, [run.extension]);
    if (range) tell(placeIn(spots.get(range.slice) ?? [], range.index), receipt, range);
  }
}

/** By halving: a slice may be in thousands of pieces. */
function placeIn(spots: readonly Spot[], index: number): number | undefined {
  let [from, to] = [0, spots.length];
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if ((spots[middle]?.index ?? 0) <= index) from = middle;
    else to = middle;
  }
  const spot = spots[from];
  const position = spot === undefined ? -1 : index - spot.index;
  return spot && position >= 0 && position < spot.ranges ? spot.at + position : undefined;
}
