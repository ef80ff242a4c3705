import { asInput } from './check/as-input';
import { checkSource } from './check/check-source';
import type { DroppedColumn, RequiredColumn, ValueOf } from './column-builder';
import type { Columns, SourceInput } from './input/source-input';
import type { SecretRef } from './secret-ref';
import type { Dataset, Source } from './source';

/** Found on every source that defineSource made, also by another copy of this module. */
const mark = Symbol.for('baseload.source');

/** A source that remembers the literal names of its datasets, columns and keys. */
export type DefinedSource<
  Name extends string,
  Names extends readonly string[],
  Tables extends readonly Columns[],
  Keys extends readonly (readonly string[])[],
> = Omit<Source, 'name' | 'datasets'> & {
  readonly name: Name;
  readonly datasets: {
    readonly [I in keyof Names]: Omit<Dataset, 'name' | 'columns' | 'key'> & {
      readonly name: Names[I];
      readonly columns: I extends keyof Tables ? Tables[I] : Columns;
      readonly key: I extends keyof Keys ? Keys[I] : readonly string[];
    };
  };
};

/**
 * Declares a source: checks it, fills the defaults and freezes it.
 * Throws SourceDefinitionError with every problem at once.
 * @example export default defineSource({ name: 'geonames', baseUrl: 'https://api.example.com/v1', … })
 */
export function defineSource<
  const Name extends string,
  const Names extends readonly string[],
  const Tables extends readonly Columns[],
  const Keys extends readonly (readonly string[])[],
>(input: SourceInput<Name, Names, Tables, Keys>): DefinedSource<Name, Names, Tables, Keys>;
export function defineSource(input: unknown): Source {
  const source = checkSource(isDefinedSource(input) ? asInput(input) : input);
  Object.defineProperty(source, mark, { value: true });
  return deepFreeze(source);
}

/** Whether a value was made by defineSource. */
export function isDefinedSource(value: unknown): value is Source {
  try {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, mark);
  } catch {
    return false; // a proxy that does not let itself be looked at
  }
}

/** Names a credential without writing it down. @example secret('geonames/token') */
export function secret(name: string): SecretRef {
  return { secret: name };
}

/** The dataset of a source that has the given name. */
type DatasetOf<S extends Pick<Source, 'datasets'>, Name extends S['datasets'][number]['name']> = Extract<
  S['datasets'][number],
  { readonly name: Name }
>;

/**
 * The type of one record of a dataset. Columns of the key and required columns always have a value; any other
 * may be null. Columns that are dropped are not in it, nor those of lineage.
 * @example type City = RecordOf<typeof geonames, 'cities'>
 */
export type RecordOf<
  S extends Pick<Source, 'datasets'>,
  Name extends S['datasets'][number]['name'],
> = RecordOfDataset<DatasetOf<S, Name>>;

type RecordOfDataset<D extends Pick<Dataset, 'columns' | 'key'>> = {
  readonly [C in keyof D['columns'] as D['columns'][C] extends DroppedColumn<unknown>
    ? never
    : C]: C extends D['key'][number]
    ? ValueOf<D['columns'][C]>
    : D['columns'][C] extends RequiredColumn<unknown>
      ? ValueOf<D['columns'][C]>
      : ValueOf<D['columns'][C]> | null;
};

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
