import type { PageOrigin } from '../../extract/range/fetched-range';
import type { Observations, UnknownField } from '../observations';
import type { ColumnWay, KnownFields } from './known-fields';
import type { LookedAt } from './look-at-record';

/** What all records of one kind have, without the values' types. */
export interface FieldFacts {
  /** Fields that no column reads. */
  readonly unknown: readonly string[];
  /** Ids of the known fields that are there. */
  readonly there: readonly number[];
  /** Ids of the known fields that are objects with anything in them. */
  readonly objects: readonly number[];
}

/** Fields that are named; others count together as '…'. */
export const mostFields = 1_000;
/** The name of the others. */
export const others = '…';

/** Counts the fields of the records of one range, kind by kind, in the order of their first records. */
export class FieldTally {
  readonly #known: KnownFields;
  readonly #origins: readonly PageOrigin[];
  readonly #fields = new Map<string, UnknownField>();
  #others: UnknownField | undefined;
  readonly #there = new Set<number>();
  readonly #objects = new Set<number>();
  #allRead = true;

  constructor(known: KnownFields, origins: readonly PageOrigin[]) {
    this.#known = known;
    this.#origins = origins;
  }

  /** Whether every further field counts with the others. */
  get isFull(): boolean {
    return this.#fields.size >= mostFields;
  }

  /** Whether fields are new to this range, so that a record must be read for their types. */
  needsTypes({ unknown }: FieldFacts): boolean {
    if (this.isFull && this.#others !== undefined) return false;
    return unknown.some((name) => !this.#fields.has(name));
  }

  /** Counts records of a kind whose fields all have been seen in this range. */
  add({ unknown, there, objects }: FieldFacts, count: number): void {
    let hasOthers = false;
    for (const name of unknown) {
      const field = this.#fields.get(name);
      if (field === undefined) hasOthers = true;
      else field.count += count;
    }
    if (hasOthers && this.#others !== undefined) this.#others.count += count;
    this.#note(there, objects);
  }

  /** Counts records of a kind whose first one, in body `ordinal`, was looked at. */
  addLooked({ unknown, there, objects }: LookedAt, count: number, ordinal: number): void {
    const origin = this.#origins[ordinal];
    const at = { slice: origin?.slice ?? '', page: origin?.page ?? 0 };
    let hasOthers = false;
    for (const [name, type] of unknown) {
      const field = this.#fields.get(name);
      if (field !== undefined) field.count += count;
      else if (!this.isFull) this.#fields.set(name, { name, count, ...at, type });
      else {
        hasOthers = true;
        this.#others ??= { name: others, count: 0, ...at, type };
      }
    }
    if (hasOthers && this.#others !== undefined) this.#others.count += count;
    this.#note(there, objects);
  }

  /** Counts records of a kind that nobody looked at, since there are more fields than are named. */
  addUnread(count: number): void {
    if (this.#others !== undefined) this.#others.count += count;
    this.#allRead = false;
  }

  /** In the order of their first records. */
  unknownFields(): UnknownField[] {
    return [...this.#fields.values(), ...(this.#others === undefined ? [] : [this.#others])];
  }

  /** Columns whose way ends at an object that never has the next key; none unless every kind of record was looked at. */
  missingFields(): Observations['missingFields'] {
    if (!this.#allRead) return [];
    return this.#known.ways
      .filter((way) => this.#leadsNowhere(way))
      .map(({ column, path }) => ({ column, path }));
  }

  /** Below the record, an object that is never there, or always empty, says nothing of what it would have. */
  #leadsNowhere({ steps }: ColumnWay): boolean {
    return steps.some(
      ({ parent, child }) =>
        !this.#there.has(child.id) && (parent === this.#known.record || this.#objects.has(parent.id)),
    );
  }

  #note(there: Iterable<number>, objects: Iterable<number>): void {
    for (const id of there) this.#there.add(id);
    for (const id of objects) this.#objects.add(id);
  }
}
