import type { DuckDBConnection } from '@duckdb/node-api';
import { z } from 'zod';
import { ConfigurationError } from '../errors';
import { closest } from '../source/closest';
import type { Dataset } from '../source/source';
import { replacements } from './sql/clean';
import { fieldsOf } from './sql/field';
import { tried, triedJson } from './sql/own-expression';
import { identifier, literal } from './sql/sql-text';
import { isDocument, sqlType } from './type/sql-type';

const parsedSchema = z.union([
  z.object({ error: z.literal(true), error_message: z.string() }),
  z.object({ error: z.literal(false), statements: z.array(z.object({ node: z.looseObject({}) })) }),
]);

const selectSchema = z.object({
  type: z.literal('SELECT_NODE'),
  select_list: z.array(z.unknown()).length(1),
  from_table: z.looseObject({ type: z.literal('EMPTY') }),
  where_clause: z.null(),
  having: z.null(),
  qualify: z.null(),
  group_expressions: z.array(z.unknown()).length(0),
  modifiers: z.array(z.unknown()).length(0),
});

/** A subquery could read files; a window would look at other records. */
const refusedClasses = new Map([
  ['SUBQUERY', 'a subquery'],
  ['WINDOW', 'a window function'],
  ['STAR', "'*'"],
  ['PARAMETER', 'a parameter'],
]);

/** What looks beyond the record: at the salts of masks, at the machine, at the clock, which would make two attempts at one range differ. */
const refusedFunctions = new Set([
  'getvariable',
  'getenv',
  'current_setting',
  'now',
  'get_current_timestamp',
  'get_current_time',
  'current_date',
  'current_time',
  'current_timestamp',
  'current_localtime',
  'current_localtimestamp',
  'transaction_timestamp',
  'today',
]);

/** One expression of a dataset, and how to try it. */
interface Expression {
  /** 'column 'a' of cities: its sql'. */
  readonly subject: string;
  readonly sql: string;
  /** What it must be, with an example. */
  readonly expected: string;
  /** The names that it may use, with their types. */
  readonly names: readonly (readonly [name: string, type: string])[];
  readonly tried: string;
  /** Whether it must be true or false. */
  readonly condition?: true;
}

/**
 * Refuses what DuckDB would refuse, or must not do, in a dataset's own SQL (columns' sql and derived, and filter) and in its regular expressions: what cannot
 * be parsed or bound, names that are no column, subqueries (the only way to files), aggregates, windows, volatile functions, the clock.
 * Throws a ConfigurationError that names dataset and column.
 */
export async function checkExpressions(connection: DuckDBConnection, dataset: Dataset): Promise<void> {
  for (const expression of expressionsOf(dataset)) {
    const problem = await problemOf(connection, expression);
    if (problem !== undefined)
      throw new ConfigurationError(`${expression.subject} must be ${expression.expected}, but ${problem}`);
  }
  await checkPatterns(connection, dataset);
}

function* expressionsOf(dataset: Dataset): Generator<Expression> {
  const fields = fieldsOf(dataset);
  const columns = fields.map(({ name, column }) => [name, sqlType(column.columnType)] as const);
  const own = columns.filter((_, index) => fields[index]?.origin.from !== 'derived');
  for (const { name, column, origin } of fields) {
    const { sql } = column.options;
    if (origin.from === 'derived') {
      const { expression } = origin;
      yield {
        subject: `column '${name}' of ${dataset.name}: derived`,
        expected: `one expression over the columns ${own.map(([own]) => own).join(', ')}`,
        sql: expression,
        names: own,
        tried: isDocument(column.columnType) ? triedJson(expression) : tried(expression, 'VARCHAR'),
      };
    }
    if (sql !== undefined)
      yield {
        subject: `column '${name}' of ${dataset.name}: its sql`,
        expected: 'one expression over value, such as upper(value)',
        sql,
        names: [['value', 'VARCHAR']],
        tried: tried(sql, 'VARCHAR'),
      };
  }
  if (dataset.filter !== undefined)
    yield {
      subject: `the filter of ${dataset.name}`,
      expected: `one condition over the columns ${columns.map(([name]) => name).join(', ')}`,
      sql: dataset.filter,
      names: columns,
      tried: tried(dataset.filter, 'BOOLEAN'),
      condition: true,
    };
}

async function problemOf(
  connection: DuckDBConnection,
  { sql, names, tried, condition }: Expression,
): Promise<string | undefined> {
  const statement = literal(`SELECT (${sql}\n)`);
  const reader = await connection.runAndReadAll(`SELECT CAST(json_serialize_sql(${statement}) AS VARCHAR)`);
  const parsed = parsedSchema.parse(JSON.parse(String(reader.getRows()[0]?.[0])));
  if (parsed.error) return `${parsed.error_message}${await unquoted(connection, sql, names)}`;
  const node = selectSchema.safeParse(parsed.statements[0]?.node);
  if (!node.success || parsed.statements.length !== 1) return 'it is more than that';
  const found = refusedIn(node.data.select_list, new Set(names.map(([name]) => name.toLowerCase())));
  if (found !== undefined) return `it holds ${found}`;
  const columns = names.map(([name, type]) => `CAST(NULL AS ${type}) AS ${identifier(name)}`);
  try {
    // Another column makes an aggregate an error
    const from = `(SELECT ${[...columns, '1 AS other$'].join(', ')})`;
    await connection.run(`SELECT other$, ${tried} FROM ${from} WHERE false`);
    if (condition === undefined) return undefined;
    const described = await connection.runAndReadAll(`DESCRIBE SELECT (${sql}\n) AS it FROM ${from}`);
    const type = String(described.getRows()[0]?.[1]);
    return type === 'BOOLEAN' ? undefined : `it is a ${type}`;
  } catch (error) {
    return withClosest(
      firstLine(error),
      names.map(([name]) => name),
    );
  }
}

/** A column that is called like a word of SQL's grammar must stand in quotes; DuckDB names only the word after it. */
async function unquoted(
  connection: DuckDBConnection,
  sql: string,
  names: Expression['names'],
): Promise<string> {
  const reader = await connection.runAndReadAll('SELECT keyword_name FROM duckdb_keywords()');
  const keywords = new Set(reader.getRows().map(([word]) => String(word)));
  const words = new Set(sql.replace(/"[^"]*"|'[^']*'/g, ' ').split(/\W+/));
  const found = names.find(([name]) => words.has(name) && keywords.has(name.toLowerCase()));
  return found === undefined ? '' : `: '${found[0]}' is a word of SQL, so write "${found[0]}" for the column`;
}

/** DuckDB names a column that does not exist; what was meant is most likely the closest one. */
function withClosest(message: string, names: readonly string[]): string {
  const unknown = /Referenced column "(.*?)" (?:was )?not found/.exec(message)?.[1];
  if (unknown === undefined) return message;
  const meant = closest(unknown, names);
  return `there is no '${unknown}'${meant === undefined ? '' : `: did you mean '${meant}'?`}`;
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0] ?? '';
}

function refusedIn(node: unknown, names: ReadonlySet<string>): string | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  for (const [key, value] of Object.entries(node)) {
    const found = refusedWord(key, value, names) ?? refusedIn(value, names);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** current_date and the like are parsed as columns. */
function refusedWord(key: string, value: unknown, names: ReadonlySet<string>): string | undefined {
  if (key === 'class') return refusedClasses.get(String(value));
  const [name] =
    key === 'column_names' && Array.isArray(value) ? value : [key === 'function_name' ? value : undefined];
  if (typeof name !== 'string' || !refusedFunctions.has(name.toLowerCase())) return undefined;
  if (key === 'column_names' && names.has(name.toLowerCase())) return undefined;
  return `${name}, which looks beyond the record`;
}

/** Regular expressions are RE2's, and what replaces a match may name only the groups that there are. */
async function checkPatterns(connection: DuckDBConnection, dataset: Dataset): Promise<void> {
  for (const [name, { options }] of Object.entries(dataset.columns)) {
    const column = `column '${name}' of ${dataset.name}`;
    if (options.pattern !== undefined) await compile(connection, options.pattern, `${column}: its pattern`);
    for (const { pattern, with: by = '' } of replacements(options)) {
      await compile(connection, pattern, `${column}: the pattern to replace`);
      // DuckDB (1.5.5) replaces nothing, without a word, where a group is named that there is not
      const replaced = `regexp_replace('', ${literal(`(?:${pattern})?`)}, ${literal(`.${by}`)})`;
      const reader = await connection.runAndReadAll(`SELECT starts_with(${replaced}, '.')`);
      if (reader.getRows()[0]?.[0] === true) continue;
      throw new ConfigurationError(
        `${column}: '${by}' cannot stand for a match of ${pattern}: \\1 to \\9 must be groups of it, and a backslash is written \\\\`,
      );
    }
  }
}

async function compile(connection: DuckDBConnection, pattern: string, subject: string): Promise<void> {
  try {
    await connection.run(`SELECT regexp_matches('', ${literal(pattern)})`);
  } catch (error) {
    const message = firstLine(error).replace(/^(?:[\w ]*Error: )+/, '');
    throw new ConfigurationError(
      `${subject} must be a regular expression (RE2), but ${pattern} is none: ${message}`,
    );
  }
}
