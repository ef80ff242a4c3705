import { type Path, parsePath, toJsonPath } from '../../source/path';
import type { Dataset } from '../../source/source';
import { signature } from '../fields/signature';
import { type Tally, tallies } from '../tell';
import { transformedRows } from '../transform/transformed-rows';
import { asSent, type Marks, withNumbers } from './marks';
import { type PagesFile, pageLayout, pagesQuery } from './sql-pages';
import { literal } from './sql-text';

/** What SQL functions look at while rows are read; their names, or undefined for none. */
export interface RowListeners {
  /** (ordinal, records, total, hash of the first record) → true, called for every page. */
  readonly observe?: string | undefined;
  /** (ordinal, position, signature) → true, called for every record. */
  readonly watch?: string | undefined;
}

/**
 * A relation with one row for each record, exploded element or transformed record: `ordinal` of the page in the file and `position` of the record
 * in it (both from 0), `element` (index in the exploded array or among the transform's records; only where the dataset has one of them), `record` (JSON),
 * `item` and `exploded` (see explodedRows; only there), `page_values` (see pagesQuery). With marks, where the file has some.
 */
export function rowsQuery(dataset: Dataset, file: PagesFile, { observe, watch }: RowListeners): string {
  let from =
    dataset.transform === undefined ? recordRows(dataset, file, observe) : `(${transformedRows(file)})`;
  if (watch !== undefined)
    from = `(SELECT * FROM ${from} WHERE ${watch}(ordinal, position, ${signature(dataset, 'record')}))`;
  return dataset.explode === undefined ? from : explodedRows(dataset, dataset.explode, from);
}

function recordRows(dataset: Dataset, file: PagesFile, observe: string | undefined): string {
  const layout = pageLayout(dataset);
  let from = `(${pagesQuery(file, layout)})`;
  if (observe !== undefined)
    from = `(SELECT * FROM ${from} WHERE ${observe}(ordinal, len(records), ${total(file.marks)}, ${firstRecord(dataset, file.marks)}))`;
  const values = layout.values.length > 0 ? ', page_values' : '';
  return `(SELECT ordinal${values}, unnest(records) AS record, generate_subscripts(records, 1) - 1 AS position FROM ${from})`;
}

/**
 * 64 bits of what a page's first record is, which are the same whether it was read from a copy or not: of the texts of its key, so that a record
 * that changed is still the same, or else of its whole text.
 */
function firstRecord(dataset: Dataset, marks: Marks = {}): string {
  const whole = 'CAST(records[1] AS VARCHAR)';
  const paths = keyPaths(dataset).map((path) => literal(toJsonPath(path)));
  const isThere = paths.map((path) => `json_extract_string(records[1], ${path}) IS NOT NULL`);
  const parts = paths.map((path) => `CAST(json_extract(records[1], ${path}) AS VARCHAR)`);
  const text =
    parts.length === 0
      ? whole
      : `CASE WHEN ${isThere.join(' AND ')} THEN concat_ws(' ', 'key', ${parts.join(', ')}) ELSE ${whole} END`;
  return `left(md5(${asSent(text, marks)}), 16)`;
}

/** Where the parts of a record's key stand in it; none where a part is made of something else, as of the elements of an exploded record. */
function keyPaths({ key, columns, explode }: Dataset): Path[] {
  if (explode !== undefined) return [];
  const paths: Path[] = [];
  for (const name of key) {
    const { path, options } = columns[name] ?? { options: {} };
    if (path === '' || options.derived !== undefined || options.elementIndex) return [];
    const isOfRecord = options.slice === undefined && options.page === undefined;
    if (isOfRecord) paths.push(path === undefined ? [name] : parsePath(path));
  }
  return paths;
}

/** A total is a number as any JSON reader has it. */
function total(marks: Marks = {}): string {
  if (marks.number === undefined) return 'total';
  const number = `CAST(TRY_CAST(${withNumbers('total', marks)} AS DOUBLE) AS VARCHAR)`;
  return `CASE WHEN contains(total, ${literal(marks.number)}) THEN ${number} ELSE total END`;
}

/** SQL that counts an amount for a kind, and is `answer`. */
export function tally(kind: Tally, amount: string, answer: string): string {
  return `tally(${tallies.indexOf(kind)}, ${amount}, ${answer})`;
}

/**
 * A row for each element of an array: `exploded` is the JSON type of what stands there ('ARRAY' where it is one), `item` the element, or the value
 * itself where it is no array. A record without an element is left out and counted; one that is no object stays, to be found unfit.
 */
function explodedRows(dataset: Dataset, explode: string, from: string): string {
  const found = `(SELECT *, json_extract(record, ${literal(toJsonPath(parsePath(explode)))}) AS whole FROM ${from})`;
  const typed = `(SELECT *, coalesce(json_type(whole), 'NULL') AS exploded FROM ${found})`;
  // One element also where there is no array, so that the row stays
  const elements = `CASE exploded WHEN 'ARRAY' THEN CAST(whole AS JSON[]) ELSE [whole] END`;
  const listed = `(SELECT * EXCLUDE (whole), ${elements} AS elements FROM ${typed})`;
  const isObject = `coalesce(starts_with(record, '{'), false)`;
  const none = `(${isObject} AND (exploded = 'NULL' OR len(elements) = 0))`;
  const kept = `(SELECT * FROM ${listed} WHERE CASE WHEN ${none} THEN ${tally('explode', '1', 'false')} WHEN len(elements) > 1 THEN ${tally('added', 'len(elements) - 1', 'true')} ELSE true END)`;
  // The transform's own index only keeps the order from here on
  const columns =
    dataset.transform === undefined
      ? '* EXCLUDE (elements)'
      : '* EXCLUDE (elements, element), element AS transformed';
  const unnested = `(SELECT ${columns}, unnest(elements) AS item, generate_subscripts(elements, 1) - 1 AS subscript FROM ${kept})`;
  return `(SELECT * EXCLUDE (subscript), CASE exploded WHEN 'ARRAY' THEN subscript END AS element FROM ${unnested})`;
}
