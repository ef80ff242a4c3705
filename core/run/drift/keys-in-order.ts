import type { Table } from '../../plan/plan';
import type { Receipt } from '../range/receipt';
import { keyOrder } from '../verify/key-order';

/** Of one slice, as far as it has come. */
interface Progress {
  readonly at: number;
  readonly first: string;
  readonly last: string;
  readonly rises: boolean;
  readonly falls: boolean;
}

/** Tells of which slices the keys follow each other from range to range, upwards or downwards, so that none of them comes twice. */
export class KeysInOrder {
  readonly #compare: (a: string, b: string) => number | undefined;
  readonly #slices = new Map<string, Progress | 'unordered'>();

  constructor({ key, columns }: Pick<Table, 'key' | 'columns'>) {
    this.#compare = keyOrder(key.map((name) => columns.find((column) => column.name === name)?.type));
  }

  /** The next range of a slice, by its place among all. */
  add(slice: string, at: number, { staged, firstKey, lastKey, uniqueKeys }: Receipt): void {
    const before = this.#slices.get(slice);
    if (staged === 0 || before === 'unordered') return;
    this.#slices.set(slice, 'unordered');
    if (firstKey === undefined || lastKey === undefined || !uniqueKeys) return;
    const rises = before === undefined || (before.rises && this.#isBelow(before.last, firstKey));
    const falls = before === undefined || (before.falls && this.#isBelow(lastKey, before.first));
    const isNext = before === undefined || before.at < at;
    if (!isNext || !(rises || falls)) return;
    this.#slices.set(slice, { at, first: firstKey, last: lastKey, rises, falls });
  }

  has(slice: string): boolean {
    const progress = this.#slices.get(slice);
    return progress !== undefined && progress !== 'unordered';
  }

  #isBelow(a: string, b: string): boolean {
    return (this.#compare(a, b) ?? 0) < 0;
  }
}
