import type { PageOrigin } from '../extract/range/fetched-range';
import type { Column } from '../source/column';
import { formatPath, type Path, parsePath, toJsonPath } from '../source/path';
import type { Dataset } from '../source/source';
import { cast, cleaned, fits, keepsDigits, sqlType } from './sql-column';
import { type PagesFile, pageLayout, pagesQuery } from './sql-pages';
import { sliceValue } from './sql-slice';
import { identifier, literal } from './sql-text';

/** One thing that every record must hold to be staged. */
export interface Check {
  /** Undefined where the record as a whole is at fault. */
  readonly column: string | undefined;
  /** Makes the reason from the offending text. */
  readonly reason: (text: string | undefined) => string;
  /** A SQL condition that holds for a fit record; never NULL. */
  readonly holds: string;
  /** The SQL expression of the offending text. */
  readonly text: string;
}

/** What the statements of a range are made of. */
export interface ShapeQuery {
  /** One row per record, with everything that `select` and `checks` refer to. */
  readonly from: string;
  /** The columns of the stage object. */
  readonly select: string;
  /** The record as a whole first, then in column order. */
  readonly checks: readonly Check[];
}

interface Field {
  readonly name: string;
  readonly column: Column;
  readonly path: Path;
  /** The slice parameter that the value is, rather than one of the record. */
  readonly slice: string | undefined;
  readonly required: boolean;
  /** Names of the value's forms: as extracted, cleaned, after the column's sql, in the column's type. */
  readonly raw: string;
  readonly clean: string;
  readonly made: string;
  readonly value: string;
}

/**
 * Generates what is common to staging and quarantining. `origins` tells the slice of every page; `observe` is a SQL function
 * (ordinal, records, total, first record's hash) → true that is called for every page; `marker` is a text that stands for broken characters: a value that holds it does not fit.
 *
 * Every step is a projection over the one before, so each value is extracted and cleaned once. That holds only while DuckDB's
 * filter_pushdown is off: it copies the whole derivation of a value into every condition on it (measured: 9 × the time).
 */
export function shapeQuery(
  dataset: Dataset,
  file: PagesFile,
  options: {
    readonly origins: readonly PageOrigin[];
    readonly observe?: string | undefined;
    readonly marker?: string | undefined;
  },
): ShapeQuery {
  const fields = Object.entries(dataset.columns).map(([name, column], index) =>
    field(name, column, index, dataset.key),
  );
  let from = `(${pagesQuery(file, pageLayout(dataset))})`;
  if (options.observe !== undefined)
    from = `(SELECT * FROM ${from} WHERE ${options.observe}(ordinal, len(records), total, ${firstRecord}))`;
  from = `(SELECT ordinal, unnest(records) AS record, generate_subscripts(records, 1) - 1 AS position FROM ${from})`;
  from = extract(fields, options.origins, from);
  from = project(from, fields.map(cleaning));
  for (const current of fields) from = nullTexts(current, from);
  for (const current of fields) from = ownExpression(current, from);
  from = project(
    from,
    fields.map(({ column, made, value }) => [cast(column.columnType, made), value] as const),
  );
  return {
    from,
    select: fields.map(({ name, value }) => `${value} AS ${identifier(name)}`).join(', '),
    checks: [isObject, ...fields.flatMap((current) => checksOf(current, options.marker))],
  };
}

/** 64 bits of a page's first record's text. */
const firstRecord = 'left(md5(CAST(records[1] AS VARCHAR)), 16)';

/** Writes the fit records to a Parquet file; answers their number. */
export function stageStatement(query: ShapeQuery, stageFile: string): string {
  const conditions = query.checks.map((check) => check.holds);
  return `COPY (SELECT ${query.select} FROM ${query.from} WHERE ${conditions.join(' AND ')}) TO ${literal(stageFile)} (FORMAT parquet, COMPRESSION zstd)`;
}

/** Selects page ordinal, position, index of the first check that fails and the offending text (at most 101 characters) of the unfit. */
export function unfitStatement({ from, checks }: ShapeQuery): string {
  const failed = checks.map((check, index) => `WHEN NOT ${check.holds} THEN ${index}`);
  const texts = checks.map((check, index) => `WHEN ${index} THEN left(${check.text}, 101)`);
  const flagged = `(SELECT *, CASE ${failed.join(' ')} END AS failed FROM ${from})`;
  return `SELECT CAST(ordinal AS INTEGER), CAST(position AS INTEGER), CAST(failed AS INTEGER), CASE failed ${texts.join(' ')} END FROM ${flagged} WHERE failed IS NOT NULL`;
}

/** Selects the smallest and the largest key of a stage object as JSON texts. */
export function keysStatement(dataset: Dataset, stageFile: string): string {
  const columns = dataset.key.map(identifier);
  const edge = (direction: 'ASC' | 'DESC') =>
    `(SELECT CAST(json_array(${columns.join(', ')}) AS VARCHAR) FROM read_parquet(${literal(stageFile)}) ORDER BY ${columns.map((column) => `${column} ${direction}`).join(', ')} LIMIT 1)`;
  return `SELECT ${edge('ASC')}, ${edge('DESC')}`;
}

function field(name: string, column: Column, index: number, key: readonly string[]): Field {
  return {
    name,
    column,
    path: column.path === undefined ? [name] : parsePath(column.path),
    slice: column.options.slice,
    required: column.options.required === true || key.includes(name),
    raw: `raw${index}`,
    clean: `clean${index}`,
    made: column.options.sql === undefined ? `clean${index}` : `made${index}`,
    value: `value${index}`,
  };
}

function project(from: string, expressions: readonly (readonly [string, string])[]): string {
  return `(SELECT *, ${expressions.map(([expression, name]) => `${expression} AS ${name}`).join(', ')} FROM ${from})`;
}

/** All paths of a record at once: one parse for the texts, a second one only where there are json columns. */
function extract(fields: readonly Field[], origins: readonly PageOrigin[], from: string): string {
  const inRecord = fields.filter(({ slice }) => slice === undefined);
  const texts = inRecord.filter(({ column }) => column.columnType.type !== 'json');
  const documents = inRecord.filter(({ column }) => column.columnType.type === 'json');
  const paths = (some: readonly Field[]) =>
    `[${some.map(({ path }) => literal(toJsonPath(path))).join(', ')}]`;
  const lists: (readonly [string, string])[] = [];
  if (texts.length > 0) lists.push([`json_extract_string(record, ${paths(texts)})`, 'texts']);
  if (documents.length > 0) lists.push([`json_extract(record, ${paths(documents)})`, 'documents']);
  const ofSlices = fields.flatMap(({ slice, raw }) =>
    slice === undefined ? [] : [[sliceValue(slice, origins), raw] as const],
  );
  return project(lists.length === 0 ? from : project(from, lists), [
    ...ofSlices,
    ...texts.map(({ raw }, index) => [`texts[${index + 1}]`, raw] as const),
    ...documents.map(
      ({ raw }, index) => [`nullif(CAST(documents[${index + 1}] AS VARCHAR), 'null')`, raw] as const,
    ),
  ]);
}

function cleaning({ column, raw, clean }: Field): readonly [string, string] {
  const asIs = column.options.verbatim === true || column.columnType.type === 'json';
  return [asIs ? raw : cleaned(raw), clean];
}

function nullTexts({ column, clean }: Field, from: string): string {
  const texts = column.options.nullIf ?? [];
  if (texts.length === 0) return from;
  const list = texts.map(literal).join(', ');
  return `(SELECT * REPLACE (CASE WHEN ${clean} IN (${list}) THEN NULL ELSE ${clean} END AS ${clean}) FROM ${from})`;
}

/**
 * TRY gives NULL where the expression fails and a STRUCT, perhaps with a NULL in it, where it does not. The newline ends a
 * comment that the expression may end with.
 */
function ownExpression({ column, clean, made }: Field, from: string): string {
  const { sql, verbatim } = column.options;
  if (sql === undefined) return from;
  const tried = `(SELECT * EXCLUDE (value), ${triedExpression(sql)} AS tried_${made} FROM (SELECT *, ${clean} AS value FROM ${from}))`;
  const text = `struct_extract(tried_${made}, 'text')`;
  return project(tried, [[verbatim === true ? text : `nullif(${text}, '')`, made]]);
}

/** A column's sql as it stands in the statements. */
export function triedExpression(sql: string): string {
  return `TRY({'text': CAST((${sql}\n) AS VARCHAR)})`;
}

const isObject: Check = {
  column: undefined,
  reason: (text) => `${text ?? 'null'} is not an object`,
  holds: `coalesce(starts_with(record, '{'), false)`,
  text: 'CAST(record AS VARCHAR)',
};

function checksOf(
  { name, column, required, path, slice, raw, clean, made, value }: Field,
  marker: string | undefined,
): Check[] {
  const { columnType } = column;
  const checks: Check[] = [];
  const check = (holds: string, text: string, reason: Check['reason']) =>
    checks.push({ column: name, holds, text, reason });
  if (marker !== undefined)
    check(
      `NOT contains(coalesce(${raw}, ''), ${literal(marker)})`,
      raw,
      (text) => `'${text}' holds half of a surrogate pair, which is no character`,
    );
  if (columnType.type === 'decimal' && slice === undefined)
    check(
      keepsDigits(raw, 'record', toJsonPath(path)),
      raw,
      (text) => `${text} has more digits than a JSON number is sure to keep: the source must quote it`,
    );
  if (column.options.sql !== undefined)
    check(
      `tried_${made} IS NOT NULL`,
      clean,
      (text) => `${text === undefined ? 'null' : `'${text}'`} cannot be evaluated by the column's sql`,
    );
  const fit = fits(columnType, made, value);
  const article = columnType.type === 'integer' ? 'an' : 'a';
  if (fit !== undefined)
    check(fit, made, (text) => `'${text}' is not ${article} ${sqlType(columnType).toLowerCase()}`);
  if (required)
    check(`${made} IS NOT NULL`, clean, (text) => {
      if (text !== undefined) return `'${text}' becomes null by the column's sql, and a value is required`;
      const where = slice === undefined ? `'${formatPath(path)}'` : `slice parameter '${slice}'`;
      return `${where} has no value, and one is required`;
    });
  return checks;
}
