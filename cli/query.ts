import { readdir, rm } from 'node:fs/promises';
import { DuckDBConnection, type DuckDBResultReader, DuckDBTypeId } from '@duckdb/node-api';
import { Command } from 'commander';
import { identifier } from '../core/shape/sql/sql-text';
import { type ReadTable, readStage } from '../core/shape/stage/read-stage';
import type { EnvironmentName } from '../lambda/environment';
import { environmentOption, inEnvironment } from './environment/open-environment';
import { Finding } from './fail';
import { readSources } from './sources/find-dataset';
import { type TableColumn, tableLines } from './table';
import { downloadTables } from './tables/download-tables';
import { isNamed } from './tables/is-named';
import { type PublishedDataset, publishedLake } from './tables/published';
import { queriedValue } from './tables/queried-value';
import { refuseGaps } from './tables/refuse-gaps';

/** `baseload query`: SQL over the published tables. */
export function queryCommand(): Command {
  return new Command('query')
    .description('run a DuckDB query over the published tables')
    .argument('<sql>', 'a query; tables are called like their datasets: cities, or geonames.cities')
    .addOption(environmentOption())
    .option('--yes', 'with --env: download the tables that the query names, however large')
    .option('--json', 'print JSON, one array of objects')
    .addHelpText(
      'after',
      '\nThe tables of a deployed environment are downloaded into a temporary folder first, those that the query names.\n\nExample:\n  npx baseload query "select country, count(*) from cities group by country order by 2 desc limit 5"',
    )
    .action((sql: string, options: QueryOptions) => query(sql, options));
}

export interface QueryOptions {
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly env?: EnvironmentName;
}

/** Prints the result of a query; a Finding says what DuckDB did not like. */
export async function query(
  sql: string,
  { json = false, yes = false, env = 'local' }: QueryOptions,
): Promise<void> {
  const result = env === 'local' ? await queryLocal(sql) : await queryDeployed(sql, env, yes);
  if (json) return console.log(JSON.stringify(toObjects(result), null, 2));
  for (const line of resultLines(result)) console.log(line);
}

/** A Finding where the pointer of a dataset that the query names cannot be read; others are left out. */
export async function queryLocal(sql: string, data?: string): Promise<DuckDBResultReader> {
  const { published, unreadable } = publishedLake(data);
  const named = unreadable.find((dataset) => isNamed(dataset, sql));
  if (named) throw new Finding(named.problem);
  return runQuery(sql, published);
}

async function queryDeployed(sql: string, env: EnvironmentName, yes: boolean): Promise<DuckDBResultReader> {
  const sources = readSources();
  return inEnvironment(env, 'read', async (environment) => {
    const { tables, folder } = await downloadTables(sql, sources, environment, { yes });
    try {
      return await runQuery(sql, tables);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** What a view needs to know: what the table is called, what it is, and the folder of its objects, with a slash at its end. */
export type QueriedDataset = Pick<PublishedDataset, 'source' | 'dataset' | 'folder'> &
  Partial<Pick<PublishedDataset, 'files'>> &
  ReadTable;

/**
 * Runs a query with a view for each dataset; a Finding where files are gone of one that it names, while no other can make it fail. A text that begins with a byte order mark is shown without it: DuckDB's client for Node takes it
 * off (1.5.5-r.5), and a query that anybody may write cannot be rewritten to keep it.
 */
export async function runQuery(
  sql: string,
  datasets: readonly QueriedDataset[],
): Promise<DuckDBResultReader> {
  const connection = await DuckDBConnection.create();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    for (const dataset of datasets) {
      try {
        for (const statement of await viewsOf(dataset, datasets)) await connection.run(statement);
      } catch (error) {
        if (isNamed(dataset, sql)) throw error;
      }
    }
    return await connection.runAndReadAll(sql);
  } catch (error) {
    if (error instanceof Finding) throw error;
    const known = datasets
      .map(({ source, dataset }) => `${source}.${dataset}`.replaceAll('-', '_'))
      .join(', ');
    const message = error instanceof Error ? error.message.trim() : String(error);
    throw new Finding(`${message}\nPublished tables: ${known || 'none yet; npm start loads one'}`);
  } finally {
    connection.closeSync();
  }
}

/** The rows of a result as a table. */
export function resultLines(result: DuckDBResultReader): string[] {
  const columns = result.columnNames().map((name, i): TableColumn => {
    return { name, align: isNumeric(result.columnTypeId(i)) ? 'right' : 'left' };
  });
  const rows = valuesOf(result).map((row) => row.map(toText));
  return tableLines(columns, rows);
}

/** A schema per source, a view per dataset, and a short name where only one source has it. Dashes become '_'. */
async function viewsOf(published: QueriedDataset, all: readonly QueriedDataset[]): Promise<string[]> {
  const { source, dataset } = published;
  const [schema, name] = [source, dataset].map((text) => `"${text.replaceAll('-', '_')}"`);
  const statements = [
    `create schema if not exists ${schema}`,
    `create view ${schema}.${name} as select * from ${await rowsOf(published)}`,
  ];
  const namesakes = all.filter((other) => other.dataset === dataset);
  if (namesakes.length === 1) statements.push(`create view ${name} as select * from ${schema}.${name}`);
  return statements;
}

/** SQL of a relation with a table's rows; DuckDB reads no files only where it is not asked for any. */
async function rowsOf(published: QueriedDataset): Promise<string> {
  const { folder, extension, columns } = published;
  const found = await countFiles(folder, extension);
  refuseGaps(published, found, 'local');
  if (found > 0) return readStage(published, `${withoutWildcards(folder)}*.${extension}`);
  if (columns.length === 0)
    throw new Finding(
      `${published.source}/${published.dataset} is empty, and its pointer is too old to name its columns: load it anew`,
    );
  const typed = columns.map(({ name, type }) => `cast(null as ${type}) as ${identifier(name)}`);
  return `(select ${typed.join(', ')} where false)`;
}

/** A folder of which nothing was ever written is not there. */
async function countFiles(folder: string, extension: string): Promise<number> {
  try {
    return (await readdir(folder)).filter((file) => file.endsWith(`.${extension}`)).length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

/** The folder's own name may have characters that mean others in a glob. */
function withoutWildcards(folder: string): string {
  return folder.replace(/[*?[\]]/g, '[$&]');
}

/** The rows of a result as JSON objects. */
export function toObjects(result: DuckDBResultReader): Record<string, unknown>[] {
  const names = result.deduplicatedColumnNames();
  return valuesOf(result).map((row) => Object.fromEntries(row.map((value, i) => [names[i], value])));
}

function valuesOf(result: DuckDBResultReader): unknown[][] {
  const types = result.columnTypes();
  return result.getRowsJson().map((row) => row.map((value, i) => queriedValue(value, types[i])));
}

function toText(value: unknown): string {
  if (value === null) return '';
  // JSON.stringify takes its sign away
  if (Object.is(value, -0)) return '-0';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isNumeric(type: DuckDBTypeId): boolean {
  return [
    DuckDBTypeId.TINYINT,
    DuckDBTypeId.SMALLINT,
    DuckDBTypeId.INTEGER,
    DuckDBTypeId.BIGINT,
    DuckDBTypeId.HUGEINT,
    DuckDBTypeId.FLOAT,
    DuckDBTypeId.DOUBLE,
    DuckDBTypeId.DECIMAL,
  ].includes(type);
}
