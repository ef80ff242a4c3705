import type { ColumnType } from '../source/column';
import { formatPath, type Path } from '../source/path';
import { ColumnNames, isAddressable, isMasked, styleOf } from './column-names';
import { inferType } from './infer-type';
import { isObject, type Json, type JsonObject } from './json-tree';

/** A column that was found in records. */
export interface FoundColumn {
  readonly name: string;
  readonly path: Path;
  readonly type: ColumnType;
  /** What somebody should check about it. */
  readonly checks: readonly string[];
  /** Whether no record has a value, so that its type is a guess. */
  readonly isEmpty: boolean;
  /** Its value in every record; undefined where there is none. */
  readonly values: readonly (Json | undefined)[];
}

export interface FoundColumns {
  readonly columns: readonly FoundColumn[];
  /** Fields that were left out: too many, or with names that no path can have or no file may show. */
  readonly leftOut: readonly string[];
}

/** How many objects deep fields become columns of their own; what is deeper stays JSON. */
const deepest = 2;
const mostColumns = 200;
/** Objects that hold a record's fields and say nothing by their names: JSON:API, GeoJSON, Elasticsearch, Airtable. */
const wrappers = new Set(['attributes', 'properties', '_source', 'fields']);

interface Field {
  readonly path: readonly string[];
  readonly values: readonly (Json | undefined)[];
}

/** The columns that take every value of these records. */
export function findColumns(records: readonly Json[]): FoundColumns {
  const objects = records.filter(isObject);
  const leftOut: string[] = [];
  const fields = [...fieldsOf(objects, [], leftOut)];
  const names = new ColumnNames(styleOf(fields.flatMap(({ path }) => path)));
  const kept = fields.slice(0, mostColumns);
  leftOut.push(...fields.slice(mostColumns).map(({ path }) => formatPath(path)));
  // Plain fields choose first, so that they keep their own names.
  const given = new Map<Field, string>();
  for (const field of kept.filter(({ path }) => path.length === 1)) given.set(field, names.take(field.path));
  for (const field of kept.filter(({ path }) => path.length > 1))
    given.set(field, nestedName(names, field.path));
  return { columns: kept.map((field) => columnOf(field, given.get(field) ?? '')), leftOut };
}

/** Fields in the order in which they were first seen; objects become their fields, unless their keys are data. */
function* fieldsOf(
  objects: readonly JsonObject[],
  parent: readonly string[],
  leftOut: string[],
): Generator<Field> {
  for (const key of new Set(objects.flatMap((object) => [...object.keys()]))) {
    const path = [...parent, key];
    if (!isAddressable(key)) {
      leftOut.push(isMasked(key) ? 'one whose name holds the credential' : JSON.stringify(key.slice(0, 40)));
      continue;
    }
    const values = objects.map((object) => object.get(key));
    const said = values.filter((value) => value !== undefined && value !== null);
    const isStructure = said.length > 0 && said.every(isObject) && inferType(key, said) === undefined;
    if (isStructure && levelsOf(parent) < deepest && said.some((object) => object.size > 0)) {
      const inner = values.map((value) => (isObject(value) ? value : new Map<string, Json>()));
      yield* fieldsOf(inner, path, leftOut);
    } else yield { path, values };
  }
}

/** How many objects that say something a field stands in. */
function levelsOf([outer = '', ...inner]: readonly string[]): number {
  return inner.length + (outer === '' || wrappers.has(outer) ? 0 : 1);
}

function nestedName(names: ColumnNames, path: readonly string[]): string {
  const [wrapper = '', ...inner] = path;
  const bare = inner.length === 1 ? inner[0] : undefined;
  if (wrappers.has(wrapper) && (bare === undefined || names.isFree(bare))) return names.take(inner);
  return names.take(path);
}

function columnOf({ path, values }: Field, name: string): FoundColumn {
  const said = values.filter((value) => value !== undefined && value !== null);
  const column = { name, path, values };
  if (said.length === 0) {
    const check = `always null in ${values.length} records, so its type is not known`;
    return { ...column, type: { type: 'varchar' }, checks: [check], isEmpty: true };
  }
  // Of objects that go deeper than columns do, or hold nothing.
  const inferred = inferType(path.at(-1) ?? '', said) ?? { type: { type: 'json' } as const };
  const { type, check } = inferred;
  return { ...column, type, checks: check === undefined ? [] : [check], isEmpty: false };
}
