import type { Column, ColumnType, ListType, MapType, ScalarType, StructType } from '../../source/column';
import { parsePath, toJsonPath } from '../../source/path';
import { identifier, literal } from '../sql/sql-text';
import { cast } from './cast';
import { cleaned } from './cleaned';
import { fits } from './fits';
import { keepsDigits } from './keeps-digits';
import { type DocumentType, sqlType } from './sql-type';

/**
 * The SQL of a JSON text's value in the type of a json, list, struct or map column. `document` is a VARCHAR with JSON text, as DuckDB's
 * JSON functions write it, or NULL. Where fitsDocument() is false it is NULL or wrong. Texts in it are trimmed and '' is NULL, as in columns.
 */
export function castDocument(type: DocumentType, document: string): string {
  const value = valueIn(type, `TRY_CAST(${document} AS JSON)`, 0);
  if (type.type !== 'list' || type.of.columnType.type !== 'varchar') return value;
  return `CASE WHEN ${needsNoCleaning(document)} THEN from_json(${document}, '["VARCHAR"]') ELSE ${value} END`;
}

/**
 * Whether no text in a document begins or ends in white space or is '': JSON as DuckDB writes it has no white space between its tokens, and
 * none but ' ' without a backslash. Taking such texts as they are costs 85 ns where a look at every element costs 740.
 */
function needsNoCleaning(document: string): string {
  const white = [`'" '`, `' "'`, `'""'`, 'chr(92)'];
  return white.map((text) => `NOT contains(${document}, ${text})`).join(' AND ');
}

/**
 * Whether every leaf of a document says exactly what its value says, by the rules of columns, and everything else is an array or object where the
 * type has one; undefined where every document does. Never NULL, and true for NULL. A document that is written like its value is exact, which
 * spares clean data the look at every leaf.
 */
export function fitsDocument(type: DocumentType, document: string, value: string): string | undefined {
  if (type.type === 'json')
    return `(${document} IS NULL OR (${value} IS NOT NULL AND ${holdsNumbers(document)}))`;
  const exact = isExact(type, `TRY_CAST(${document} AS JSON)`, 0);
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
function valueIn(type: ColumnType, json: string, depth: number): string {
  switch (type.type) {
    case 'json':
      return `CAST(${json} AS JSON)`;
    case 'list':
      return each(elementsOf(json), depth, (element) => valueIn(type.of.columnType, element, depth + 1));
    case 'map':
      return mapOf(type, json, depth);
    case 'struct':
      return structOf(type, json, depth);
    default:
      return cast(type, textOf(type, json));
  }
}

function mapOf(type: MapType, json: string, depth: number): string {
  const sql = sqlType(type);
  return bind(entriesOf(json), depth, (map) => {
    const values = each(`map_values(${map})`, depth + 1, (value) =>
      valueIn(type.of.columnType, value, depth + 2),
    );
    // DuckDB stops the query at a key that is there twice
    return `CASE WHEN ${hasUniqueKeys(`map_keys(${map})`)} THEN CAST(map(map_keys(${map}), ${values}) AS ${sql}) END`;
  });
}

function structOf(type: StructType, json: string, depth: number): string {
  const value = bind(membersOf(type, json), depth, (members) => {
    const fields = Object.entries(type.fields).map(([name, { columnType }], index) => {
      const member = memberOf(members, index);
      return `${identifier(name)} := ${valueIn(columnType, member, depth + 1)}`;
    });
    return `struct_pack(${fields.join(', ')})`;
  });
  return `CASE WHEN ${isObject(json)} THEN ${value} END`;
}

/** SQL of whether a JSON expression is exactly its value; true for NULL and for null. */
function isExact(type: ColumnType, json: string, depth: number): string {
  const otherwise = isExactWhereThere(type, json, depth);
  return `CASE WHEN ${json} IS NULL OR CAST(${json} AS VARCHAR) = 'null' THEN true ELSE ${otherwise} END`;
}

function isExactWhereThere(type: ColumnType, json: string, depth: number): string {
  switch (type.type) {
    case 'json':
      return holdsNumbers(`CAST(${json} AS VARCHAR)`);
    case 'list':
      return `starts_with(${json}, '[') AND ${every(elementsOf(json), type, depth)}`;
    case 'map':
      return `${isObject(json)} AND ${hasUniqueKeys(`json_keys(${json})`)} AND ${every(`map_values(${entriesOf(json)})`, type, depth)}`;
    case 'struct':
      return `${isObject(json)} AND ${hasUniqueKeys(`json_keys(${json})`)} AND ${fitMembers(type, json, depth)}`;
    default:
      return fitScalar(type, json);
  }
}

function every(list: string, { of }: ListType | MapType, depth: number): string {
  return `NOT list_contains(${each(list, depth, (element) => isExact(of.columnType, element, depth + 1))}, false)`;
}

function fitMembers(type: StructType, json: string, depth: number): string {
  return bind(membersOf(type, json), depth, (members) => {
    const fields = Object.values(type.fields);
    return fields
      .map(({ columnType }, index) => `(${isExact(columnType, memberOf(members, index), depth + 1)})`)
      .join(' AND ');
  });
}

function fitScalar(type: ScalarType, json: string): string {
  const text = textOf(type, json);
  const exact = fits(type, text, cast(type, text)) ?? 'true';
  if (type.type !== 'decimal') return exact;
  return `(${exact}) AND ${keepsDigits(text, json, '$')}`;
}

function textOf(type: ScalarType, json: string): string {
  const text = `json_extract_string(${json}, '$')`;
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
