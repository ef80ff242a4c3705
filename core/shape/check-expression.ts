import type { DuckDBConnection } from '@duckdb/node-api';
import { z } from 'zod';
import { ConfigurationError } from '../errors';
import type { Dataset } from '../source/source';
import { triedExpression } from './sql';
import { literal } from './sql-text';

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
const refused = new Map([
  ['SUBQUERY', 'a subquery'],
  ['WINDOW', 'a window function'],
  ['STAR', "'*'"],
  ['PARAMETER', 'a parameter'],
]);

/**
 * Refuses a column's sql that is not one expression over `value`: what cannot be parsed or bound, subqueries (the only way to files),
 * aggregates, windows, volatile functions. Throws a ConfigurationError that names the column.
 */
export async function checkExpressions(connection: DuckDBConnection, dataset: Dataset): Promise<void> {
  for (const [name, { options }] of Object.entries(dataset.columns)) {
    if (options.sql === undefined) continue;
    const problem = await problemOf(connection, options.sql);
    if (problem !== undefined)
      throw new ConfigurationError(
        `column '${name}' of ${dataset.name}: its sql must be one expression over value, such as upper(value), but ${problem}`,
      );
  }
}

async function problemOf(connection: DuckDBConnection, sql: string): Promise<string | undefined> {
  const statement = literal(`SELECT (${sql}\n)`);
  const reader = await connection.runAndReadAll(`SELECT CAST(json_serialize_sql(${statement}) AS VARCHAR)`);
  const parsed = parsedSchema.parse(JSON.parse(String(reader.getRows()[0]?.[0])));
  if (parsed.error) return parsed.error_message;
  const node = selectSchema.safeParse(parsed.statements[0]?.node);
  if (!node.success || parsed.statements.length !== 1) return 'it is more than that';
  const found = classOf(node.data.select_list);
  if (found !== undefined) return `it holds ${found}`;
  try {
    // A second column makes an aggregate an error
    await connection.run(
      `SELECT other, ${triedExpression(sql)} FROM (SELECT CAST(NULL AS VARCHAR) AS value, 1 AS other) WHERE false`,
    );
    return undefined;
  } catch (error) {
    return String(error).split('\n')[0];
  }
}

function classOf(node: unknown): string | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  for (const [key, value] of Object.entries(node)) {
    const found = key === 'class' && typeof value === 'string' ? refused.get(value) : classOf(value);
    if (found !== undefined) return found;
  }
  return undefined;
}
