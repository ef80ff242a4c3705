import type { Table } from '../../plan/plan';
import type { Receipt } from '../range/receipt';
import { keyOrder } from './key-order';
import type { TableObjects } from './repeated-keys';

/** Characters of keys that are remembered: 64 MB at most, and some 50 bytes more for each object. */
const mostCharacters = 32_000_000;
const mostIntervals = 1_000_000;

/** From the smallest to the largest key of an object, and which object of the table that is. */
interface Interval {
  readonly first: string;
  readonly last: string;
  readonly object: number;
}

/** What the receipts alone say of a table's keys. */
export interface KeyProof {
  /** Objects with records. */
  readonly objects: number;
  /** Of those, how many must be read, since they overlap others or may repeat a key within: 0 proves that no key comes twice. */
  readonly unproved: number;
  /** Whether an object, by its number, is one of them. */
  isUnproved(object: number): boolean;
}

/**
 * Goes through the smallest and the largest key of each object of a table. Where no two of these intervals overlap, and no key comes twice within
 * an object, no key comes twice in the table, and nothing need be read to know it. Most sources give records in the order of their key, so that
 * each interval begins behind the one before, and none need be remembered.
 */
export class KeyIntervals {
  readonly #compare: (a: string, b: string) => number | undefined;
  readonly #repeating = new Set<number>();
  #previous: Interval | undefined;
  #objects = 0;
  /** Whether all intervals so far follow each other, upwards or downwards. */
  #isAscending = true;
  #isDescending = true;
  /** Nothing can be said: an object does not tell. */
  #isOpen = false;

  constructor({ key, columns }: Pick<Table, 'key' | 'columns'>) {
    this.#compare = keyOrder(key.map((name) => columns.find((column) => column.name === name)?.type));
  }

  /** The next object of the table, by its number. */
  add(object: number, receipt: Receipt): void {
    if (receipt.staged === 0) return;
    this.#objects++;
    const interval = intervalOf(object, receipt);
    if (!interval) this.#isOpen = true;
    if (!interval || this.#isOpen) return;
    if (receipt.uniqueKeys === undefined) this.#repeating.add(object);
    this.#follow(interval);
  }

  /** Goes through the objects again only where they do not follow each other. */
  async proof(objects: TableObjects): Promise<KeyProof> {
    const overlapping = await this.#overlapping(objects);
    if (overlapping === 'all') {
      return { objects: this.#objects, unproved: this.#objects, isUnproved: () => true };
    }
    const doubtful = new Set([...overlapping, ...this.#repeating]);
    const isUnproved = (object: number) => doubtful.has(object);
    return { objects: this.#objects, unproved: doubtful.size, isUnproved };
  }

  #follow(interval: Interval): void {
    const before = this.#previous;
    this.#previous = interval;
    if (!before) return;
    if (!this.#isBelow(before.last, interval.first)) this.#isAscending = false;
    if (!this.#isBelow(interval.last, before.first)) this.#isDescending = false;
  }

  async #overlapping(objects: TableObjects): Promise<ReadonlySet<number> | 'all'> {
    if (this.#isOpen) return 'all';
    if (this.#isAscending || this.#isDescending) return new Set();
    const intervals = await allIntervals(objects);
    const sorted = intervals && this.#sort(intervals);
    return sorted ? this.#sweep(sorted) : 'all';
  }

  /** By their first keys; undefined where two of them cannot be compared. */
  #sort(intervals: Interval[]): Interval[] | undefined {
    let isComparable = true;
    const sorted = intervals.sort((a, b) => {
      const compared = this.#compare(a.first, b.first);
      if (compared === undefined) isComparable = false;
      return compared ?? 0;
    });
    return isComparable ? sorted : undefined;
  }

  /** Objects whose interval is not wholly behind all that begin before it, and those that they overlap. */
  #sweep(sorted: readonly Interval[]): Set<number> {
    const overlapping = new Set<number>();
    let furthest: Interval | undefined;
    for (const interval of sorted) {
      const isBehind = furthest === undefined || this.#isBelow(furthest.last, interval.first);
      if (!isBehind) overlapping.add(interval.object);
      if (!isBehind && furthest) overlapping.add(furthest.object);
      if (isBehind || (furthest && this.#isBelow(furthest.last, interval.last))) furthest = interval;
    }
    return overlapping;
  }

  #isBelow(a: string, b: string): boolean {
    return (this.#compare(a, b) ?? 0) < 0;
  }
}

function intervalOf(object: number, { firstKey, lastKey }: Receipt): Interval | undefined {
  if (firstKey === undefined || lastKey === undefined) return undefined;
  return { first: firstKey, last: lastKey, object };
}

/** Undefined where there are too many to be remembered. */
async function allIntervals(objects: TableObjects): Promise<Interval[] | undefined> {
  const intervals: Interval[] = [];
  let characters = 0;
  let object = 0;
  for await (const { receipt } of objects) {
    const interval = receipt.staged === 0 ? undefined : intervalOf(object, receipt);
    object++;
    if (!interval) continue;
    intervals.push(interval);
    characters += interval.first.length + interval.last.length;
    if (characters > mostCharacters || intervals.length > mostIntervals) return undefined;
  }
  return intervals;
}
