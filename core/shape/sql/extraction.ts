import { type Path, toJsonPath } from '../../source/path';
import type { Field } from './field';
import type { Projection } from './projection';
import { literal } from './sql-text';

/** What is to be found in a record or element. */
interface Wanted {
  readonly raw: string;
  readonly path: Path;
  readonly document: boolean;
}

/**
 * Adds what is at the fields' paths in `json`; answers where each raw value stands. json_transform finds most of it in one parse, texts and documents
 * alike (1.4 µs for 23 paths, where json_extract_string and json_extract take 2); what a STRUCT cannot name is extracted by itself.
 * Both give the same: NULL where nothing stands, the first of two equal keys, an object's text as JSON.
 */
export function extraction(
  fields: readonly Field[],
  from: 'record' | 'element',
  json: string,
  add: (projection: Projection) => void,
): Projection {
  const wanted = fields.flatMap(({ origin, raw, document }): Wanted[] =>
    origin.from === from ? [{ raw, document, path: origin.path }] : [],
  );
  const members: Members = new Map();
  const others = wanted.filter(({ path, document }) => !place(members, path, document ? 'JSON' : 'VARCHAR'));
  const placed = wanted.filter((one) => !others.includes(one));
  const texts = others.filter(({ document }) => !document);
  const documents = others.filter(({ document }) => document);
  add([
    ...(placed.length > 0
      ? [[`json_transform(${json}, ${literal(structure(members))})`, `${json}_members`] as const]
      : []),
    ...(texts.length > 0 ? [[extract('json_extract_string', json, texts), `${json}_texts`] as const] : []),
    ...(documents.length > 0
      ? [[extract('json_extract', json, documents), `${json}_documents`] as const]
      : []),
  ]);
  return [
    ...placed.map(
      ({ raw, path, document }) => [found(memberOf(`${json}_members`, path), document), raw] as const,
    ),
    ...texts.map(({ raw }, index) => [`${json}_texts[${index + 1}]`, raw] as const),
    ...documents.map(({ raw }, index) => [found(`${json}_documents[${index + 1}]`, true), raw] as const),
  ];
}

/** The JSON null is no value. */
function found(value: string, document: boolean): string {
  return document ? `nullif(CAST(${value} AS VARCHAR), 'null')` : value;
}

function extract(
  name: 'json_extract' | 'json_extract_string',
  json: string,
  some: readonly Wanted[],
): string {
  return `${name}(${json}, [${some.map(({ path }) => literal(toJsonPath(path))).join(', ')}])`;
}

function memberOf(members: string, path: Path): string {
  return path.reduce<string>((inner, key) => `struct_extract(${inner}, ${literal(String(key))})`, members);
}

/** What a STRUCT is made of: types by key, or further STRUCTs. */
interface Members extends Map<string, Members | 'JSON' | 'VARCHAR'> {}

/** Gives a path its place; false where a STRUCT has none: the whole, an index, a path inside another, keys that differ only in case. */
function place(members: Members, [key, ...rest]: Path, type: 'JSON' | 'VARCHAR'): boolean {
  if (typeof key !== 'string') return false;
  const known = members.get(key);
  if (known === undefined && [...members.keys()].some((other) => sameName(other, key))) return false;
  if (rest.length === 0) {
    if (known !== undefined) return known === type;
    members.set(key, type);
    return true;
  }
  if (typeof known === 'string') return false;
  if (known !== undefined) return place(known, rest, type);
  const inner: Members = new Map();
  if (!place(inner, rest, type)) return false;
  members.set(key, inner);
  return true;
}

/** DuckDB compares the names of a STRUCT's fields without regard to case. */
function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** As json_transform takes it. Written here, since a JavaScript object would put keys like '1' first and lose '__proto__'. */
function structure(members: Members): string {
  const entries = [...members].map(([key, of]) => {
    return `${JSON.stringify(key)}:${typeof of === 'string' ? JSON.stringify(of) : structure(of)}`;
  });
  return `{${entries.join(',')}}`;
}
