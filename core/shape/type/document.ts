import type { Column, ColumnType, ListType, MapType, ScalarType, StructType } from '../../source/column';
import { parsePath, toJsonPath } from '../../source/path';
import { bareNumbers, type Marks, withNumbers } from '../sql/marks';
import { identifier, literal } from '../sql/sql-text';
import { cast } from './cast';
import { cleaned } from './cleaned';
import { fits } from './fits';
import { type DocumentType, sqlType } from './sql-type';

/**
 * The SQL of a JSON text's value in the type of a json, list, struct or map column. `document` is a VARCHAR with JSON text, as DuckDB's
 * JSON functions write it, or NULL, with the marks that are given: numbers come out of it as the page writes them. Where fitsDocument() is false
 * it is NULL or wrong. Texts in it are trimmed and '' is NULL, as in columns.
 */
export function castDocument(type: DocumentType, document: string, marks: Marks = {}): string {
  const value = valueIn({ type, json: `TRY_CAST(${document} AS JSON)`, marks }, 0);
  if (type.type !== 'list' || type.of.columnType.type !== 'varchar') return value;
  return `CASE WHEN ${needsNoCleaning(document, marks)} THEN from_json(${document}, '["VARCHAR"]') ELSE ${value} END`;
}

/** A JSON expression, what it is to be read as, and what is marked in it. */
interface Part<T extends ColumnType = ColumnType> {
  readonly type: T;
  readonly json: string;
  readonly marks: Marks;
}

/**
 * Whether no text in a document begins or ends in white space or is '': JSON as DuckDB writes it has no white space between its tokens, and
 * none but ' ' without a backslash. Taking such texts as they are costs 85 ns where a look at every element costs 740.
 */
function needsNoCleaning(document: string, { number }: Marks): string {
  const white = [`'" '`, `' "'`, `'""'`, 'chr(92)'];
  const marked = number === undefined ? [] : [literal(number)];
  return [...white, ...marked].map((text) => `NOT contains(${document}, ${text})`).join(' AND ');
}

/**
 * Whether every leaf of a document says exactly what its value says, by the rules of columns, and everything else is an array or object where the
 * type has one; undefined where every document does. Never NULL, and true for NULL. A document that is written like its value is exact, which
 * spares clean data the look at every leaf.
 */
export function fitsDocument(
  type: DocumentType,
  document: string,
  value: string,
  marks: Marks = {},
): string | undefined {
  if (type.type === 'json')
    return `(${document} IS NULL OR (${value} IS NOT NULL AND ${holdsNumbers(document)}))`;
  const exact = isExact({ type, json: `TRY_CAST(${document} AS JSON)`, marks }, 0);
  const same = isPlain(type) ? `CAST(to_json(${value}) AS VARCHAR) = ${document}` : 'false';
  return `CASE WHEN ${document} IS NULL OR ${same} THEN true ELSE coalesce(${exact}, false) END`;
}

/** DuckDB reads NaN and Infinity as if JSON had them (1.5.5); other readers of the table would not. */
function holdsNumbers(document: string): string {
  const outsideTexts = `regexp_replace(${document}, '"([^"\\\\]|\\\\.)*"', '', 'g')`;
  const suspect = `(contains(${document}, 'N') OR contains(${document}, 'nan') OR contains(${document}, 'nf'))`;
  return `(NOT ${suspect} OR NOT regexp_matches(${outsideTexts}, '(?i)nan|inf'))`;
}

/** Types whose JSON cannot be like their text's unless both say the same: not those that DuckDB writes by way of a double. */
function isPlain(type: ColumnType): boolean {
  switch (type.type) {
    case 'list':
    case 'map':
      return isPlain(type.of.columnType);
    case 'struct':
      return Object.values(type.fields).every(({ columnType }) => isPlain(columnType));
    default:
      return ['boolean', 'integer', 'bigint', 'varchar', 'uuid'].includes(type.type);
  }
}

/** SQL of the value of a JSON expression; `depth` keeps the names of nested lambdas apart. */
function valueIn({ type, json, marks }: Part, depth: number): string {
  switch (type.type) {
    case 'json':
      return marks.number === undefined
        ? `CAST(${json} AS JSON)`
        : `CAST(${withNumbers(`CAST(${json} AS VARCHAR)`, marks)} AS JSON)`;
    case 'list':
      return each(elementsOf(json), depth, (element) =>
        valueIn({ type: type.of.columnType, json: element, marks }, depth + 1),
      );
    case 'map':
      return mapOf({ type, json, marks }, depth);
    case 'struct':
      return structOf({ type, json, marks }, depth);
    default:
      return cast(type, textOf({ type, json, marks }));
  }
}

function mapOf({ type, json, marks }: Part<MapType>, depth: number): string {
  const sql = sqlType(type);
  return bind(entriesOf(json), depth, (map) => {
    const values = each(`map_values(${map})`, depth + 1, (value) =>
      valueIn({ type: type.of.columnType, json: value, marks }, depth + 2),
    );
    // DuckDB stops the query at a key that is there twice
    return `CASE WHEN ${hasUniqueKeys(`map_keys(${map})`)} THEN CAST(map(map_keys(${map}), ${values}) AS ${sql}) END`;
  });
}

function structOf({ type, json, marks }: Part<StructType>, depth: number): string {
  const value = bind(membersOf(type, json), depth, (members) => {
    const fields = Object.entries(type.fields).map(([name, { columnType }], index) => {
      const member = memberOf(members, index);
      return `${identifier(name)} := ${valueIn({ type: columnType, json: member, marks }, depth + 1)}`;
    });
    return `struct_pack(${fields.join(', ')})`;
  });
  return `CASE WHEN ${isObject(json)} THEN ${value} END`;
}

/** SQL of whether a JSON expression is exactly its value; true for NULL and for null. */
function isExact(part: Part, depth: number): string {
  const { json } = part;
  const otherwise = isExactWhereThere(part, depth);
  return `CASE WHEN ${json} IS NULL OR CAST(${json} AS VARCHAR) = 'null' THEN true ELSE ${otherwise} END`;
}

function isExactWhereThere({ type, json, marks }: Part, depth: number): string {
  switch (type.type) {
    case 'json':
      return holdsNumbers(`CAST(${json} AS VARCHAR)`);
    case 'list':
      return `starts_with(${json}, '[') AND ${every(elementsOf(json), type, marks, depth)}`;
    case 'map':
      return `${isObject(json)} AND ${hasUniqueKeys(`json_keys(${json})`)} AND ${every(`map_values(${entriesOf(json)})`, type, marks, depth)}`;
    case 'struct':
      return `${isObject(json)} AND ${hasUniqueKeys(`json_keys(${json})`)} AND ${fitMembers({ type, json, marks }, depth)}`;
    default:
      return fitScalar({ type, json, marks });
  }
}

function every(list: string, { of }: ListType | MapType, marks: Marks, depth: number): string {
  const fit = (element: string) => isExact({ type: of.columnType, json: element, marks }, depth + 1);
  return `NOT list_contains(${each(list, depth, fit)}, false)`;
}

function fitMembers({ type, json, marks }: Part<StructType>, depth: number): string {
  return bind(membersOf(type, json), depth, (members) => {
    const fields = Object.values(type.fields).map(({ columnType }, index) => {
      return `(${isExact({ type: columnType, json: memberOf(members, index), marks }, depth + 1)})`;
    });
    return fields.join(' AND ');
  });
}

function fitScalar(part: Part<ScalarType>): string {
  const text = textOf(part);
  return fits(part.type, text, cast(part.type, text)) ?? 'true';
}

function textOf({ type, json, marks: { number } }: Part<ScalarType>): string {
  const marked = `json_extract_string(${json}, '$')`;
  const text = number === undefined ? marked : bareNumbers(marked, number);
  return type.type === 'varchar' ? cleaned(text) : text;
}

/** NULL for anything but an array; the element null is NULL. */
function elementsOf(json: string): string {
  return `from_json(${json}, '["JSON"]')`;
}

/** NULL for anything but an object; with the keys that are there twice. */
function entriesOf(json: string): string {
  return `from_json(${json}, '"MAP(VARCHAR, JSON)"')`;
}

function membersOf(type: StructType, json: string): string {
  const paths = Object.entries(type.fields).map(([name, { path }]) => literal(pathOf(name, path)));
  return `json_extract(${json}, [${paths.join(', ')}])`;
}

function pathOf(name: string, path: Column['path']): string {
  return toJsonPath(path === undefined ? [name] : parsePath(path));
}

function memberOf(members: string, index: number): string {
  return `nullif(${members}[${index + 1}], 'null')`;
}

function isObject(json: string): string {
  return `coalesce(starts_with(${json}, '{'), false)`;
}

function hasUniqueKeys(keys: string): string {
  return `len(list_distinct(${keys})) = len(${keys})`;
}

function each(list: string, depth: number, make: (element: string) => string): string {
  const element = `element_${depth}`;
  return `list_transform(${list}, lambda ${element}: ${make(element)})`;
}

/** Names an expression that is used more than once, so that it is evaluated once. */
function bind(expression: string, depth: number, make: (name: string) => string): string {
  const name = `bound_${depth}`;
  return `list_transform([${expression}], lambda ${name}: ${make(name)})[1]`;
}
