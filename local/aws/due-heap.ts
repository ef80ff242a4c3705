/** Something that becomes due; the heap keeps its place in it up to date. */
export interface Due {
  /** Any unit, as long as it is one. */
  dueAt: number;
  heapIndex: number;
}

/** A binary heap, the earliest first: add, take and remove in O(log n). */
export class DueHeap<T extends Due> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** All of them, in no order. */
  get items(): readonly T[] {
    return this.#items;
  }

  /** When the earliest is due; undefined when there is none. */
  get nextDueAt(): number | undefined {
    return this.#items[0]?.dueAt;
  }

  add(item: T): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  /** Takes the earliest out if it is due at `time`. */
  takeDue(time: number): T | undefined {
    const first = this.#items[0];
    if (first === undefined || first.dueAt > time) return undefined;
    this.remove(first);
    return first;
  }

  /** Removes an item that is in the heap. */
  remove(item: T): void {
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#rise(last, item.heapIndex);
    this.#sink(last);
  }

  #rise(item: T, from: number): void {
    let index = from;
    while (index > 0) {
      const parent = this.#items[(index - 1) >> 1];
      if (parent === undefined || parent.dueAt <= item.dueAt) break;
      this.#place(parent, index);
      index = (index - 1) >> 1;
    }
    this.#place(item, index);
  }

  #sink(item: T): void {
    let index = item.heapIndex;
    for (;;) {
      const left = this.#items[2 * index + 1];
      const right = this.#items[2 * index + 2];
      const child = right !== undefined && left !== undefined && right.dueAt < left.dueAt ? right : left;
      if (child === undefined || child.dueAt >= item.dueAt) break;
      const childIndex = child.heapIndex;
      this.#place(child, index);
      index = childIndex;
    }
    this.#place(item, index);
  }

  #place(item: T, index: number): void {
    this.#items[index] = item;
    item.heapIndex = index;
  }
}
