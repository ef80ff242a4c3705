import { type Path, toJsonPath } from '../../source/path';
import type { Dataset } from '../../source/source';
import { literal } from '../sql/sql-text';
import { type KnownField, knownFields } from './known-fields';

/**
 * The SQL of a DOUBLE that is the same for records with the same keys, as deep as columns look: 52 bits of a hash, so that two of 50,000 kinds
 * of records fall together once in three million ranges. `record` is the SQL of a record (JSON), before anything is exploded.
 * json_keys costs a parse of the record, 4 to 7 % of shaping it (bench/shape.ts).
 */
export function signature(dataset: Dataset, record: string): string {
  const { record: field, exploded } = knownFields(dataset);
  const keys = keysOf(field, record);
  if (exploded === undefined) return hash(keys);
  const list = literal(`${toJsonPath(exploded.path)}[*]`);
  const kinds = `list_transform(json_extract(${record}, ${list}), lambda item : hash(${keysOf(exploded.element, 'item')}))`;
  return hash(`{'record': ${keys}, 'elements': list_sort(list_distinct(${kinds}))}`);
}

function hash(value: string): string {
  return `CAST(hash(${value}) >> 12 AS DOUBLE)`;
}

function keysOf(field: KnownField, document: string): string {
  const paths = [...lookedInto(field)];
  if (paths.length === 1) return `json_keys(${document})`;
  return `json_keys(${document}, [${paths.map((path) => literal(toJsonPath(path))).join(', ')}])`;
}

/** The value itself, and the paths of the objects in it that columns look into. */
function* lookedInto(field: KnownField, path: Path = []): Generator<Path> {
  yield path;
  for (const [key, child] of field.children)
    if (child.children.size > 0) yield* lookedInto(child, [...path, key]);
}
