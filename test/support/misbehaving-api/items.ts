/** One record as the API sends it. */
export interface Item {
  readonly id: number;
  readonly name: string;
  /** ISO 8601. */
  readonly created_at: string;
  readonly country: string;
  /** Id of the parent it belongs to. */
  readonly parent: number;
}

/** A parent, whose children are items. */
export interface Parent {
  readonly id: number;
}

/** When the first item was created; the following ones each half a day later. */
export const firstCreated = Date.UTC(2024, 0, 1);
const halfDay = 43_200_000;

/** Most items are of the first; nobody is of the last, so that a slice is empty. */
export const countries = ['de', 'fr', 'it', 'xx'] as const;

export const parentIds = [11, 12, 13, 14, 15] as const;

/** The `index`th item. Ids have gaps, so that a position cannot pass for a key; names hold what JSON must escape. */
export function item(index: number): Item {
  return {
    id: 1000 + index * 7,
    name: `item "${index}" – ü\n${'x'.repeat(index % 5)}`,
    created_at: new Date(firstCreated + index * halfDay).toISOString(),
    country: countries[index % 9 === 0 ? 2 : index % 4 === 0 ? 1 : 0],
    // The last parent has no children.
    parent: parentIds[index % (parentIds.length - 1)] ?? parentIds[0],
  };
}

/** What the API holds while it is asked: items may come and go. */
export class Inventory {
  #items: readonly Item[];
  /** Every item that was there at some time. */
  readonly ever = new Map<number, Item>();
  /** Ids of those that were there at some time, but not from the beginning to the end. */
  readonly passing = new Set<number>();

  constructor(count: number) {
    this.#items = Array.from({ length: count }, (_, index) => item(index));
    for (const one of this.#items) this.ever.set(one.id, one);
  }

  /** In the order of their ids. */
  get items(): readonly Item[] {
    return this.#items;
  }

  insert(one: Item): void {
    if (this.ever.has(one.id)) return;
    this.ever.set(one.id, one);
    this.passing.add(one.id);
    this.#items = [...this.#items, one].sort((a, b) => a.id - b.id);
  }

  remove(id: number): void {
    this.passing.add(id);
    this.#items = this.#items.filter((one) => one.id !== id);
  }
}
