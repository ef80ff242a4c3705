import { type Path, toJsonPath } from '../../source/path';
import type { Dataset } from '../../source/source';
import { literal } from '../sql/sql-text';
import { checkedFields, type KnownField, knownFields } from './known-fields';

/**
 * The SQL of a DOUBLE that is the same for records with the same keys, as deep as columns look, and with the same JSON types where they look into
 * what may be nothing to look into: 52 bits of a hash, so that two of 50,000 kinds of records fall together once in three million ranges.
 * `record` is the SQL of a record (JSON), before anything is exploded. json_keys costs a parse of the record, 4 to 7 % of shaping it
 * (bench/shape.ts).
 */
export function signature(dataset: Dataset, record: string): string {
  const { record: field, exploded } = knownFields(dataset);
  const kind = kindOf(field, record, false);
  if (exploded === undefined) return shortened(kind);
  const list = literal(`${toJsonPath(exploded.path)}[*]`);
  const kinds = `list_transform(json_extract(${record}, ${list}), lambda item : ${kindOf(exploded.element, 'item', true)})`;
  return shortened(`hash({'record': ${kind}, 'elements': list_sort(list_distinct(${kinds}))})`);
}

function shortened(hash: string): string {
  return `CAST(${hash} >> 12 AS DOUBLE)`;
}

/**
 * A hash of the keys of the objects; and of the types of fields where one has no keys, or no element. Only such a record is parsed once more: naming
 * the keys costs the others 80 ns.
 */
function kindOf(field: KnownField, document: string, isElement: boolean): string {
  const objects = [...lookedInto(field)];
  const checked = [...checkedFields(field, isElement)];
  if (checked.length === 0) return `hash(${keysOf(document, objects)})`;
  const lists = checked.filter(({ isList }) => isList).map(({ path }) => path);
  const hasNoKeys = checked
    .filter(({ isList }) => !isList)
    .map(({ path }) => `len(k[${indexOf(objects, path) + 1}]) = 0`);
  const hasNoElement = lists.map((_, index) => `k[${objects.length + index + 1}] IS NULL`);
  // What is in a list that is read by index is known, and its keys may be data
  const keys = lists.length === 0 ? 'k' : `k[1:${objects.length}]`;
  const types = `json_type(${document}, ${listOf(checked.map(({ path }) => path))})`;
  const kind = `CASE WHEN ${[...hasNoKeys, ...hasNoElement].join(' OR ')} THEN hash({'keys': ${keys}, 'types': ${types}}) ELSE hash(${keys}) END`;
  const all = [...objects, ...lists.map((path) => [...path, 0])];
  return `list_transform([json_keys(${document}, ${listOf(all)})], lambda k : ${kind})[1]`;
}

function keysOf(document: string, paths: readonly Path[]): string {
  return paths.length === 1 ? `json_keys(${document})` : `json_keys(${document}, ${listOf(paths)})`;
}

function listOf(paths: readonly Path[]): string {
  return `[${paths.map((path) => literal(toJsonPath(path))).join(', ')}]`;
}

function indexOf(paths: readonly Path[], path: Path): number {
  return paths.findIndex((one) => toJsonPath(one) === toJsonPath(path));
}

/** The value itself, and the paths of the objects in it that columns look into. */
function* lookedInto(field: KnownField, path: Path = []): Generator<Path> {
  yield path;
  for (const [key, child] of field.children)
    if (child.children.size > 0) yield* lookedInto(child, [...path, key]);
}
