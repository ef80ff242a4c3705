import { isCountable, type Pagination } from '../../source/pagination';
import { type Path, parsePath, toJsonPath } from '../../source/path';
import type { Dataset } from '../../source/source';
import { isDocument } from '../type/sql-type';
import type { Marks } from './marks';
import { identifier, literal } from './sql-text';

/** Where a page's records and its total stand in its body. */
export interface PageLayout {
  readonly records: Path;
  /** Undefined where bodies name no total of records, or need not. */
  readonly total: Path | undefined;
  /** Of the columns that are values of the page, in their order. */
  readonly values: readonly PageValue[];
}

/** A value of a page that its records have as a column. */
export interface PageValue {
  readonly path: Path;
  /** Taken as JSON text, rather than as the text of a JSON string. */
  readonly document: boolean;
}

/** Reads the paths of a dataset. */
export function pageLayout(dataset: Dataset): PageLayout {
  const values = Object.values(dataset.columns).flatMap(({ columnType, options: { page } }) =>
    page === undefined ? [] : [{ path: parsePath(page), document: isDocument(columnType) }],
  );
  return { records: parsePath(dataset.records), total: totalPath(dataset.pagination), values };
}

/** Chains may name a total on their first page only, and fetching has read it. */
function totalPath(pagination: Pagination): Path | undefined {
  if (!isCountable(pagination) || pagination.type === 'single') return undefined;
  const { total } = pagination;
  return total.type === 'body' && total.counts === 'records' ? parsePath(total.path) : undefined;
}

/** A file of page bodies and how to read it. */
export interface PagesFile {
  readonly path: string;
  /** No body is longer; DuckDB takes twice as much memory for its buffer. */
  readonly maximumBodyBytes: number;
  /** Undefined where these are the pages as received. */
  readonly marks?: Marks | undefined;
}

/**
 * A query with one row per page, in order: `ordinal` (from 0), `records` (JSON[], NULL where missing) and `total` (VARCHAR). Where columns are
 * values of the page also `page_values` (VARCHAR[], in the order of those columns).
 * A typed read takes the records out of the page in one parse, at two thirds of the cost of reading pages as JSON and extracting.
 */
export function pagesQuery(file: PagesFile, layout: PageLayout): string {
  const read = typedRead(layout) ?? untypedRead(layout);
  const options = `format = 'unstructured', records = false, maximum_object_size = ${file.maximumBodyBytes}, columns = {page: ${literal(read.type)}}`;
  return `SELECT row_number() OVER () - 1 AS ordinal, ${read.records} AS records, ${read.total} AS total${pageValues(layout)} FROM read_json(${literal(file.path)}, ${options})`;
}

function pageValues({ values }: PageLayout): string {
  if (values.length === 0) return '';
  const texts = values.map(({ path, document }) => {
    const at = literal(toJsonPath(path));
    return document
      ? `nullif(CAST(json_extract(page, ${at}) AS VARCHAR), 'null')`
      : `json_extract_string(page, ${at})`;
  });
  return `, [${texts.join(', ')}] AS page_values`;
}

interface Read {
  readonly type: string;
  readonly records: string;
  readonly total: string;
}

interface Fields extends Map<string, Fields | string> {}

/** Whether a page is refused in which a key on the way to the records or to the total is there twice; else its first value counts. */
export function refusesRepeatedKeys(layout: PageLayout): boolean {
  return typedRead(layout) !== undefined;
}

/**
 * Undefined where one STRUCT type cannot say it: indexes, a path inside the other, names that differ only in case. Also where there are values of
 * the page, which may be missing: a typed read takes a page for malformed where a path leads into something that is no object.
 */
function typedRead({ records, total, values }: PageLayout): Read | undefined {
  if (values.length > 0) return undefined;
  if (records.length === 0 && total === undefined) return { type: 'JSON[]', records: 'page', total: 'NULL' };
  const fields: Fields = new Map();
  if (!place(fields, records, 'JSON[]')) return undefined;
  if (total !== undefined && !place(fields, total, 'VARCHAR')) return undefined;
  return {
    type: structType(fields),
    records: memberOf('page', records),
    total: total === undefined ? 'NULL' : memberOf('page', total),
  };
}

function place(fields: Fields, path: Path, type: string): boolean {
  const [name, ...rest] = path;
  if (typeof name !== 'string') return false;
  const known = fields.get(name);
  if (known === undefined && [...fields.keys()].some((other) => other.toLowerCase() === name.toLowerCase()))
    return false;
  if (rest.length === 0) {
    fields.set(name, type);
    return known === undefined;
  }
  if (typeof known === 'string') return false;
  const inner: Fields = known ?? new Map();
  fields.set(name, inner);
  return place(inner, rest, type);
}

function structType(fields: Fields): string {
  const members = [...fields].map(
    ([name, type]) => `${identifier(name)} ${typeof type === 'string' ? type : structType(type)}`,
  );
  return `STRUCT(${members.join(', ')})`;
}

function memberOf(value: string, path: Path): string {
  return path.reduce<string>((inner, name) => `struct_extract(${inner}, ${literal(String(name))})`, value);
}

/** Any two paths, at the cost of a second parse; a value that is no array is an error, as in the typed read. */
function untypedRead({ records, total }: PageLayout): Read {
  return {
    type: 'JSON',
    records: `CAST(json_extract(page, ${literal(toJsonPath(records))}) AS JSON[])`,
    total: total === undefined ? 'NULL' : `json_extract_string(page, ${literal(toJsonPath(total))})`,
  };
}
