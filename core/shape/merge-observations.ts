import { mostFields, others } from './fields/field-tally';
import type { Observations, Unfit, UnknownField } from './observations';

/** Nothing was noticed. */
export const noObservations: Observations = {
  quarantined: [],
  nulled: [],
  filtered: [],
  unknownFields: [],
  missingFields: [],
};

/**
 * Adds up what was noticed about ranges that have records, given in their order: counts are summed, examples and first pages are those of the
 * first range that has them, and a field is missing where every range misses it. As many fields are named as in one range; of reasons there are
 * no more than columns have rules.
 */
export function mergeObservations(ranges: Iterable<Observations>): Observations {
  const sum = new ObservationsSum();
  for (const range of ranges) sum.add(range);
  return sum.total();
}

/** mergeObservations for ranges that come one by one. */
export class ObservationsSum {
  readonly #quarantined = new Map<string, Unfit>();
  readonly #nulled = new Map<string, Unfit>();
  readonly #filtered = new Map<string, Observations['filtered'][number]>();
  readonly #fields = new Map<string, UnknownField>();
  #missing: Observations['missingFields'] | undefined;

  /** The next range that has records; noObservations where nothing was noticed. */
  add(range: Observations): void {
    for (const unfit of range.quarantined) sum(this.#quarantined, reasonOf(unfit), unfit);
    for (const unfit of range.nulled) sum(this.#nulled, reasonOf(unfit), unfit);
    for (const rule of range.filtered) sum(this.#filtered, rule.rule, rule);
    for (const field of range.unknownFields) addField(this.#fields, field);
    const here = new Set(range.missingFields.map(({ column }) => column));
    this.#missing = (this.#missing ?? range.missingFields).filter(({ column }) => here.has(column));
  }

  total(): Observations {
    return {
      quarantined: [...this.#quarantined.values()],
      nulled: [...this.#nulled.values()],
      filtered: [...this.#filtered.values()],
      unknownFields: othersLast(this.#fields),
      missingFields: [...(this.#missing ?? [])],
    };
  }
}

/** How a column's rule is told from others. */
function reasonOf({ column, rule }: Unfit): string {
  return JSON.stringify([column, rule]);
}

function sum<T extends { count: number }>(sums: Map<string, T>, key: string, one: T): void {
  const known = sums.get(key);
  if (known === undefined) sums.set(key, { ...one });
  else known.count += one.count;
}

function addField(fields: Map<string, UnknownField>, field: UnknownField): void {
  const hasOthers = fields.has(others);
  const named = fields.size - (hasOthers ? 1 : 0);
  const name = fields.has(field.name) || named < mostFields ? field.name : others;
  sum(fields, name, { ...field, name });
}

function othersLast(fields: ReadonlyMap<string, UnknownField>): UnknownField[] {
  const rest = fields.get(others);
  const named = [...fields.values()].filter(({ name }) => name !== others);
  return rest === undefined ? named : [...named, rest];
}
