import type { PageOrigin } from '../../extract/range/fetched-range';
import type { Dataset } from '../../source/source';
import { extra } from '../fields/extra';
import { lineage } from '../stage/lineage';
import { extraColumn, tableColumns } from '../stage/table';
import { cast } from '../type/cast';
import { castDocument } from '../type/document';
import { isDocument } from '../type/sql-type';
import { type Check, columnChecks, extraCheck, filterCheck, type ReadRecords, recordChecks } from './check';
import { orNull, textSteps } from './clean';
import { extraction } from './extraction';
import { type Field, fieldsOf } from './field';
import { bareNumbers, type Marks, withNumbers } from './marks';
import { maskSql } from './mask-sql';
import { amongColumns, outcome, triedCondition, triedJson, triedText } from './own-expression';
import { asList, type Projection } from './projection';
import { type RowListeners, rowsQuery, tally } from './rows';
import type { PagesFile } from './sql-pages';
import { sliceValue } from './sql-slice';
import { identifier, literal } from './sql-text';

/** Where the pages are, and what is known of them. */
export interface PagesToShape {
  readonly file: PagesFile;
  readonly runId: string;
  /** One per body. */
  readonly origins: readonly PageOrigin[];
}

/** A query that tells while it runs; see Tellings and rowsQuery for the functions that it calls. */
export interface ShapeQuery {
  /** Selects the table's columns, in order, of the rows that fit. */
  readonly select: string;
  /** What `failed` of a told row counts: the record as a whole first, then by columns. */
  readonly checks: readonly Check[];
}

/**
 * Generates the one query that shapes a range. Every step is a projection over the one before, so each value is extracted and cleaned once. That holds
 * only while DuckDB's filter_pushdown is off: it copies the whole derivation of a value into every condition on it (measured: 9 × the time).
 *
 * Rows that do not fit are told from within a CASE, which DuckDB evaluates for the rows that reach it and no others.
 */
export function shapeQuery(dataset: Dataset, pages: PagesToShape, listeners: RowListeners = {}): ShapeQuery {
  const fields = fieldsOf(dataset);
  const query = new Steps(
    { dataset, marks: pages.file.marks ?? {} },
    rowsQuery(dataset, pages.file, listeners),
  );
  const derived = fields.filter(({ origin }) => origin.from === 'derived');
  const own = fields.filter(({ origin }) => origin.from !== 'derived');
  query.extract(own, pages);
  query.shape(own);
  query.derive(derived, own);
  query.shape(derived);
  query.keep(fields);
  query.deduplicate(fields);
  query.noticeNulls(fields);
  return { select: query.select(fields), checks: query.checks };
}

/** The layers of the query, from the inside. */
class Steps {
  readonly checks: Check[];
  readonly #read: ReadRecords;
  readonly #dataset: Dataset;
  /** Indexes of the checks that a row must pass; the others only make a value null. */
  readonly #needed: number[];
  #from: string;

  constructor(read: ReadRecords, rows: string) {
    this.#read = read;
    this.#dataset = read.dataset;
    this.#from = rows;
    this.checks = recordChecks(read);
    this.#needed = [...this.checks.keys()];
  }

  /** All paths of a record at once: one parse for the texts, a second one only where there are documents. Names what is internal so that no column clashes. */
  extract(fields: readonly Field[], { origins, runId }: PagesToShape): void {
    const { explode, transform, unknownFields } = this.#dataset;
    const { marks } = this.#read;
    const documents = new Set(fields.filter(({ document }) => document).map(({ raw }) => raw));
    // Documents keep their marks, since DuckDB would alter the numbers when it reads them again
    const exact = ([text, raw]: Projection[number]) =>
      [documents.has(raw) ? text : withNumbers(text, marks), raw] as const;
    const lists = [
      ...extraction(fields, 'record', 'record', this.#add),
      ...extraction(fields, 'element', 'item', this.#add),
    ].map(exact);
    const hasElement = explode !== undefined || transform !== undefined;
    const internal: Projection = [
      ['ordinal', 'ordinal$'],
      ['position', 'position$'],
      [hasElement ? 'element' : 'CAST(NULL AS BIGINT)', 'element$'],
      ['record', 'record$'],
      ...(explode === undefined
        ? []
        : ([
            ['item', 'item$'],
            ['exploded', 'exploded$'],
          ] as const)),
      ...(explode !== undefined && transform !== undefined
        ? ([['transformed', 'transformed$']] as const)
        : []),
      ...(unknownFields === 'capture' ? [[exactExtra(this.#dataset, marks), 'extra$'] as const] : []),
      ...this.#dataset.lineage.map((name) => [lineage(name, { origins, runId }), `${name}$`] as const),
    ];
    const elsewhere = fields.flatMap(({ origin, raw }) => {
      if (origin.from === 'slice') return [[sliceValue(origin.parameter, origins), raw] as const];
      if (origin.from === 'page') return [exact([`page_values[${origin.index + 1}]`, raw])];
      if (origin.from === 'elementIndex') return [['CAST(element AS VARCHAR)', raw] as const];
      return [];
    });
    this.#from = `(SELECT ${asList([...internal, ...lists, ...elsewhere])} FROM ${this.#from})`;
    if (unknownFields === 'capture') this.#need(extraCheck(this.#read, extraColumn, 'extra$'));
  }

  /** Clean, sql, default, cast and checks of fields whose raw values are there. */
  shape(fields: readonly Field[]): void {
    if (fields.length === 0) return;
    const { add, replace } = textSteps(fields);
    this.#add(add);
    for (const layer of replace) this.#from = `(SELECT * REPLACE (${asList(layer)}) FROM ${this.#from})`;
    for (const field of fields) this.#ownSql(field);
    this.#add(fields.flatMap(defaulted));
    this.#add(fields.map((field) => [typed(field, this.#read.marks), field.value]));
    for (const field of fields) this.#check(field);
  }

  /** The raw values of columns that are computed from others. */
  derive(derived: readonly Field[], own: readonly Field[]): void {
    if (derived.length === 0) return;
    const added = derived.map(({ origin, raw, document }) => {
      const expression = origin.from === 'derived' ? origin.expression : 'NULL';
      return [document ? triedJson(expression) : triedText(expression), `tried_${raw}`] as const;
    });
    this.#from = amongColumns(
      this.#from,
      own.map(({ value, name }) => [value, name]),
      added,
    );
    this.#add(
      derived.map(({ raw, document }) => {
        const it = outcome(`tried_${raw}`);
        return [document ? `nullif(${it}, 'null')` : it, raw];
      }),
    );
  }

  /** Leaves out what does not fit, and tells it; then what the filter does not want. */
  keep(fields: readonly Field[]): void {
    const { filter } = this.#dataset;
    if (filter !== undefined) {
      const columns = fields.map(({ value, name }) => [value, name] as const);
      this.#from = amongColumns(this.#from, columns, [[triedCondition(filter), 'filter$']]);
      this.#need([filterCheck(this.#dataset, 'filter$')]);
    }
    const wanted =
      filter === undefined
        ? 'true'
        : `CASE WHEN coalesce(${outcome('filter$')}, false) THEN true ELSE ${tally('filter', '1', 'false')} END`;
    this.#evaluate(this.#needed);
    const all = this.#needed.map(passed).join(' AND ');
    const told = `tell(ordinal$, position$, element$, ${this.#failure(this.#needed)})`;
    this.#from = `(SELECT * FROM ${this.#from} WHERE CASE WHEN ${all} THEN ${wanted} ELSE ${told} END)`;
  }

  /** Of the rows with one key the first or the last in page order. A window leaves rows in its own order. */
  deduplicate(fields: readonly Field[]): void {
    const { deduplicate, key, explode, transform } = this.#dataset;
    if (deduplicate === undefined || key.length === 0) return;
    const places = ['ordinal$', 'position$', 'element$'];
    if (explode !== undefined && transform !== undefined) places.splice(2, 0, 'transformed$');
    const inOrder = (direction: string) => places.map((place) => `${place} ${direction}`).join(', ');
    const keys = fields.filter(({ name }) => key.includes(name)).map(({ value }) => value);
    const rank = `row_number() OVER (PARTITION BY ${keys.join(', ')} ORDER BY ${inOrder(deduplicate === 'first' ? 'ASC' : 'DESC')})`;
    const kept = `CASE WHEN rank$ = 1 THEN true ELSE ${tally('duplicate', '1', 'false')} END`;
    this.#from = `(SELECT * FROM (SELECT *, ${rank} AS rank$ FROM ${this.#from}) WHERE ${kept} ORDER BY ${inOrder('ASC')})`;
  }

  /** Tells which values became null, of the rows that are staged. */
  noticeNulls(fields: readonly Field[]): void {
    const nullable = fields.filter(becomesNull);
    if (nullable.length === 0) return;
    const noticed = nullable.map(({ failure }) => {
      return `CASE WHEN ${failure} IS NULL THEN true ELSE nulled(ordinal$, position$, element$, ${failure}) END`;
    });
    this.#from = `(SELECT * FROM ${this.#from} WHERE ${noticed.join(' AND ')})`;
  }

  select(fields: readonly Field[]): string {
    const own = new Map(fields.map((field) => [field.name, seen(field)]));
    const columns = tableColumns(this.#dataset).map(({ name }) => {
      return `${own.get(name) ?? (name === extraColumn ? 'extra$' : `${name}$`)} AS ${identifier(name)}`;
    });
    return `SELECT ${columns.join(', ')} FROM ${this.#from}`;
  }

  readonly #add = (projection: Projection): void => {
    if (projection.length > 0) this.#from = `(SELECT *, ${asList(projection)} FROM ${this.#from})`;
  };

  #ownSql({ column: { options }, clean, made }: Field): void {
    if (options.sql === undefined) return;
    this.#from = `(SELECT * EXCLUDE (value), ${triedText(options.sql)} AS tried_${made} FROM (SELECT *, ${clean} AS value FROM ${this.#from}))`;
    if (options.default === undefined) this.#add([[orNull(options, outcome(`tried_${made}`)), made]]);
  }

  #check(field: Field): void {
    const checks = columnChecks(field, this.#read);
    if (!becomesNull(field)) {
      this.#need(checks);
      return;
    }
    const indexes = checks.map((_, index) => this.checks.length + index);
    this.checks.push(...checks);
    this.#evaluate(indexes);
    this.#add([[indexes.length === 0 ? 'CAST(NULL AS VARCHAR)' : this.#failure(indexes), field.failure]]);
    const kept = `CASE WHEN ${field.failure} IS NULL THEN ${field.value} END AS ${field.value}`;
    this.#from = `(SELECT * REPLACE (${kept}) FROM ${this.#from})`;
  }

  #need(checks: readonly Check[]): void {
    for (const check of checks) this.#needed.push(this.checks.push(check) - 1);
  }

  /** Gives checks a name each, since they are asked twice: written twice, they took 4 % of the time of a range to plan. */
  #evaluate(indexes: readonly number[]): void {
    this.#add(indexes.map((index) => [this.checks[index]?.holds ?? 'true', passed(index)] as const));
  }

  /** SQL of the first check that fails, as Tellings reads it: its index and, where there is one, ':' and the offending text. NULL where none fails. */
  #failure(indexes: readonly number[]): string {
    const cases = indexes.flatMap((index) => {
      const check = this.checks[index];
      if (check === undefined) return [];
      const told = `concat('${index}', ':' || left(${check.text}, 101))`;
      return [`WHEN NOT ${passed(index)} THEN ${told}`];
    });
    return `CASE ${cases.join(' ')} END`;
  }
}

/** The column of fields that no other column reads. */
function exactExtra(dataset: Dataset, { number }: Marks): string {
  const object = extra(dataset, 'record');
  return number === undefined ? object : `CAST(${bareNumbers(`CAST(${object} AS VARCHAR)`, number)} AS JSON)`;
}

/** Name of a check's outcome. */
function passed(index: number): string {
  return `passed$${index}`;
}

/** Whether a value of the column that does not fit becomes null. */
function becomesNull({ policy }: Field): boolean {
  return policy === 'null';
}

/** What readers see of a value. */
function seen({ value, column: { options } }: Field): string {
  return options.mask === undefined || options.mask === 'drop' ? value : maskSql(options.mask, value);
}

function typed({ column, made }: Field, marks: Marks): string {
  const { columnType } = column;
  return isDocument(columnType) ? castDocument(columnType, made, marks) : cast(columnType, made);
}

function defaulted({ column: { options }, clean, made }: Field): Projection {
  if (options.default === undefined) return [];
  const text = options.sql === undefined ? clean : orNull(options, outcome(`tried_${made}`));
  return [[`coalesce(${text}, ${literal(String(options.default))})`, made]];
}
