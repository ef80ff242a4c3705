import type { DuckDBConnection } from '@duckdb/node-api';
import { z } from 'zod';
import { ConfigurationError } from '../errors';
import { closest } from '../source/closest';
import type { Column } from '../source/column';
import type { Path } from '../source/path';
import type { Dataset } from '../source/source';
import { calledBy, type FunctionFacts, functionFacts } from './function-facts';
import type { Rule } from './rules';
import { columnChecks } from './sql/check';
import { replacements } from './sql/clean';
import { fieldsOf, scalarType } from './sql/field';
import { triedCondition, triedJson, triedText } from './sql/own-expression';
import { identifier, literal } from './sql/sql-text';
import { cast } from './type/cast';
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

/** One expression of a dataset, and how to try it. */
interface Expression {
  /** In the dataset. */
  readonly path: Path;
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

/** Something of a dataset that DuckDB would refuse, or must not do. */
export interface ShapingProblem {
  /** Where in the dataset: ['columns', 'a', 'options', 'sql']. */
  readonly path: Path;
  /** What stands there. */
  readonly given: unknown;
  /** What may stand there, and why this may not. */
  readonly allowed: string;
  /** All of that in a sentence, which names dataset and column. */
  readonly sentence: string;
}

/**
 * Throws a ConfigurationError with a sentence for each of a dataset's expressions and patterns that cannot be used. A default that does not fit is no such
 * thing: a record that it stands in is unfit.
 */
export async function checkExpressions(connection: DuckDBConnection, dataset: Dataset): Promise<void> {
  const problems = await expressionProblems(connection, dataset);
  if (problems.length > 0) throw new ConfigurationError(problems.map(({ sentence }) => sentence).join('\n'));
}

/** Everything that DuckDB knows to be wrong with a dataset before there is a record: expressionProblems, and defaults that do not fit their own column. */
export async function shapingProblems(
  connection: DuckDBConnection,
  dataset: Dataset,
): Promise<ShapingProblem[]> {
  const problems = await expressionProblems(connection, dataset);
  // A pattern that cannot be compiled cannot be tried either
  return problems.length > 0 ? problems : defaultProblems(connection, dataset);
}

/**
 * What DuckDB would refuse, or must not do, in a dataset's own SQL (columns' sql and derived, and filter) and in its regular expressions: what cannot
 * be parsed or bound, names that are no column, subqueries (the only way to files), aggregates, windows, functions that look beyond the record.
 */
async function expressionProblems(connection: DuckDBConnection, dataset: Dataset): Promise<ShapingProblem[]> {
  const problems: ShapingProblem[] = [];
  for (const { path, subject, expected, ...expression } of expressionsOf(dataset)) {
    const problem = await problemOf(connection, expression);
    if (problem === undefined) continue;
    const allowed = `${expected}, but ${problem}`;
    problems.push({ path, given: expression.sql, allowed, sentence: `${subject} must be ${allowed}` });
  }
  for (const [name, column] of Object.entries(dataset.columns))
    problems.push(...(await patternProblems(connection, dataset.name, name, column)));
  return problems;
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
        path: ['columns', name, 'options', 'derived'],
        subject: `column '${name}' of ${dataset.name}: derived`,
        expected: `one expression over the columns ${own.map(([own]) => own).join(', ')}`,
        sql: expression,
        names: own,
        tried: isDocument(column.columnType) ? triedJson(expression) : triedText(expression),
      };
    }
    if (sql !== undefined)
      yield {
        path: ['columns', name, 'options', 'sql'],
        subject: `column '${name}' of ${dataset.name}: its sql`,
        expected: 'one expression over value, such as upper(value)',
        sql,
        names: [['value', 'VARCHAR']],
        tried: triedText(sql),
      };
  }
  if (dataset.filter !== undefined)
    yield {
      path: ['filter'],
      subject: `the filter of ${dataset.name}`,
      expected: `one condition over the columns ${columns.map(([name]) => name).join(', ')}`,
      sql: dataset.filter,
      names: columns,
      tried: triedCondition(dataset.filter),
      condition: true,
    };
}

async function problemOf(
  connection: DuckDBConnection,
  { sql, names, tried, condition }: Omit<Expression, 'path' | 'subject' | 'expected'>,
): Promise<string | undefined> {
  const statement = literal(`SELECT (${sql}\n)`);
  const reader = await connection.runAndReadAll(`SELECT CAST(json_serialize_sql(${statement}) AS VARCHAR)`);
  const parsed = parsedSchema.parse(JSON.parse(String(reader.getRows()[0]?.[0])));
  if (parsed.error) return `${parsed.error_message}${await unquoted(connection, sql, names)}`;
  const node = selectSchema.safeParse(parsed.statements[0]?.node);
  if (!node.success || parsed.statements.length !== 1) return 'it is more than that';
  const columnNames = new Set(names.map(([name]) => name.toLowerCase()));
  const found = refusedIn(node.data.select_list, columnNames, await functionFacts(connection));
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

function refusedIn(node: unknown, names: ReadonlySet<string>, facts: FunctionFacts): string | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  if (isAge(node)) return 'age of one time, which looks beyond the record: say until when';
  for (const [key, value] of Object.entries(node)) {
    const found = refusedWord(key, value, names, facts) ?? refusedIn(value, names, facts);
    if (found !== undefined) return found;
  }
  return undefined;
}

function refusedWord(
  key: string,
  value: unknown,
  names: ReadonlySet<string>,
  { beyondRecord, aggregates }: FunctionFacts,
): string | undefined {
  if (key === 'class') return refusedClasses.get(String(value));
  const called = calledBy(key, value);
  if (called === undefined || (key === 'column_names' && names.has(called))) return undefined;
  if (aggregates.has(called)) return `${called}, which looks at other records`;
  return beyondRecord.has(called) ? `${called}, which looks beyond the record` : undefined;
}

/** With one argument it counts until today, with two it does not. */
function isAge(node: object): boolean {
  const { function_name: name, children }: { function_name?: unknown; children?: unknown } = node;
  return String(name).toLowerCase() === 'age' && Array.isArray(children) && children.length === 1;
}

/** Regular expressions are RE2's, and what replaces a match may name only the groups that there are. */
async function patternProblems(
  connection: DuckDBConnection,
  dataset: string,
  name: string,
  { options }: Column,
): Promise<ShapingProblem[]> {
  const column = `column '${name}' of ${dataset}`;
  const at = ['columns', name, 'options'];
  const problems: ShapingProblem[] = [];
  const compile = async (pattern: string, path: Path, subject: string): Promise<boolean> => {
    const problem = await compileProblem(connection, pattern);
    const allowed = `a regular expression (RE2), but ${pattern} is none: ${problem}`;
    if (problem !== undefined)
      problems.push({ path, given: pattern, allowed, sentence: `${subject} must be ${allowed}` });
    return problem === undefined;
  };
  if (options.pattern !== undefined)
    await compile(options.pattern, [...at, 'pattern'], `${column}: its pattern`);
  for (const [index, { pattern, with: by = '' }] of replacements(options).entries()) {
    const path = [...at, 'replace', ...(Array.isArray(options.replace) ? [index] : [])];
    if (!(await compile(pattern, [...path, 'pattern'], `${column}: the pattern to replace`))) continue;
    // DuckDB (1.5.5) replaces nothing, without a word, where a group is named that there is not
    const replaced = `regexp_replace('', ${literal(`(?:${pattern})?`)}, ${literal(`.${by}`)})`;
    const reader = await connection.runAndReadAll(`SELECT starts_with(${replaced}, '.')`);
    if (reader.getRows()[0]?.[0] === true) continue;
    const rule = '\\1 to \\9 must be groups of it, and a backslash is written \\\\';
    problems.push({
      path: [...path, 'with'],
      given: by,
      allowed: `what can stand for a match of ${pattern}: ${rule}`,
      sentence: `${column}: '${by}' cannot stand for a match of ${pattern}: ${rule}`,
    });
  }
  return problems;
}

async function compileProblem(connection: DuckDBConnection, pattern: string): Promise<string | undefined> {
  try {
    await connection.run(`SELECT regexp_matches('', ${literal(pattern)})`);
    return undefined;
  } catch (error) {
    return firstLine(error).replace(/^(?:[\w ]*Error: )+/, '');
  }
}

const rulesOfValues: readonly Rule[] = ['type', 'min', 'max', 'pattern', 'enum'];

/** A default is a text before the cast, so it is read and checked as a record's own would be. */
async function defaultProblems(connection: DuckDBConnection, dataset: Dataset): Promise<ShapingProblem[]> {
  const problems: ShapingProblem[] = [];
  for (const field of fieldsOf(dataset)) {
    const { name, column, made, value, document } = field;
    const given = column.options.default;
    if (given === undefined || document) continue;
    const text = literal(String(given));
    const from = `(SELECT *, ${cast(scalarType(column), made)} AS ${value} FROM (SELECT ${text} AS ${made}, ${text} AS ${field.raw}))`;
    const checks = columnChecks(field, { dataset, marks: {} }).filter(({ rule }) =>
      rulesOfValues.includes(rule),
    );
    if (checks.length === 0) continue;
    const reader = await connection.runAndReadAll(
      `SELECT ${checks.map(({ holds }) => holds).join(', ')} FROM ${from}`,
    );
    const failed = checks.find((_, index) => reader.getRows()[0]?.[index] !== true);
    if (failed === undefined) continue;
    const allowed = `a value that the column takes, as records would write it, but ${failed.reason(String(given))}`;
    problems.push({
      path: ['columns', name, 'options', 'default'],
      given,
      allowed,
      sentence: `column '${name}' of ${dataset.name}: its default must be ${allowed}`,
    });
  }
  return problems;
}
