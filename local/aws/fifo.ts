/** First in, first out; both ends in O(1) on average, with at most as much unused space as there are items. */
export class Fifo<T> {
  #items: T[] = [];
  #head = 0;

  /** All items, the first in first. */
  items(): readonly T[] {
    return this.#items.slice(this.#head);
  }

  peek(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head += 1;
    if (this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
