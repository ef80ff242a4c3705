import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { PermanentError } from '../errors';
import type { Table } from '../plan/plan';
import type { OpenDuckDB } from '../shape/duckdb';
import { identifier, literal } from '../shape/sql/sql-text';
import { type ReadTable, readStage } from '../shape/stage/read-stage';
import { concurrently } from './concurrently';
import type { ManifestObject } from './manifest';
import type { Lake } from './ports';

/** Objects fetched and read at once; they are removed again, so this bounds the room they take. */
const filesAtOnce = 16;

/** Keys that are named; one that cannot be told from others is as bad as a thousand. */
const examplesShown = 3;

/** What must be known of a run's table. */
export type KeyedTable = ReadTable & { readonly key: Readonly<Table['key']> };

export interface RepeatedKeysServices {
  readonly lake: Pick<Lake, 'download'>;
  /** Where objects are kept while they are read. */
  readonly workFolder: string;
  /** What DuckDB may use; 16 bytes and its overhead a record, the rest goes to `workFolder`. */
  readonly memoryMegabytes: number;
}

/**
 * Reads the keys of all records of a run and tells which came more than once, in one sentence; undefined where each came
 * once. A total cannot tell: a record that came twice hides one that did not come. Compares 128 bits of a hash of each
 * key, so that any number of records takes no more memory than those.
 */
export async function repeatedKeys(
  table: KeyedTable,
  objects: readonly ManifestObject[],
  { lake, workFolder, memoryMegabytes }: RepeatedKeysServices,
): Promise<string | undefined> {
  const filled = objects.filter(({ receipt }) => receipt.staged > 0);
  if (filled.length === 0) return undefined;
  // Loaded here only: most invocations of reconcile have nothing to verify.
  const { openDuckDB }: typeof import('../shape/duckdb') = require('../shape/duckdb');
  const folder = await mkdtemp(join(workFolder, 'keys-'));
  const duckdb = await openDuckDB({ memoryMegabytes, temporaryDirectory: folder }).catch(async (error) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  try {
    await duckdb.connection.run('CREATE TABLE keys (hash UHUGEINT, object INTEGER)');
    const read = concurrently(filled.entries(), filesAtOnce, async ([position, object]) => {
      const file = join(folder, `${position}.${table.extension}`);
      if (!(await lake.download(object.key, file)))
        throw new PermanentError(`${object.key} was removed from the lake while the run was verified`);
      return { position, file };
    });
    for await (const { position, file } of read) {
      await duckdb.connection.run(
        `INSERT INTO keys SELECT ${hashOf(table.key)}, ${position} FROM ${readStage(table, [file])}`,
      );
      await rm(file);
    }
    return await explain(duckdb, table, filled, { lake, folder });
  } finally {
    await duckdb.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function explain(
  { connection }: OpenDuckDB,
  table: KeyedTable,
  objects: readonly ManifestObject[],
  { lake, folder }: { readonly lake: Pick<Lake, 'download'>; readonly folder: string },
): Promise<string | undefined> {
  const { key } = table;
  const twice = 'SELECT hash, min(object) AS object FROM keys GROUP BY hash HAVING count(*) > 1';
  const counted = await connection.runAndReadAll(`SELECT count(*) FROM (${twice})`);
  const count = Number(counted.getRows()[0]?.[0] ?? 0);
  if (count === 0) return undefined;
  const some = await connection.runAndReadAll(`${twice} ORDER BY object, hash LIMIT ${examplesShown}`);
  const examples: string[] = [];
  for (const [hash, position] of some.getRows()) {
    const file = join(folder, `example.${table.extension}`);
    await lake.download(objects[Number(position)]?.key ?? '', file);
    const found = await connection.runAndReadAll(
      `SELECT ${textOf(key)} FROM ${readStage(table, [file])} WHERE ${hashOf(key)} = CAST(${literal(String(hash))} AS UHUGEINT) LIMIT 1`,
    );
    examples.push(String(found.getRows()[0]?.[0]));
    await rm(file, { force: true });
  }
  return sentence(count, examples, key);
}

/** The same of one file of a table. */
export async function repeatedKeysOf(
  connection: DuckDBConnection,
  table: KeyedTable,
  file: string,
): Promise<string | undefined> {
  const { key } = table;
  if (key.length === 0) return undefined;
  const twice = `SELECT ${textOf(key)} AS key FROM ${readStage(table, [file])} GROUP BY ALL HAVING count(*) > 1`;
  const some = await connection.runAndReadAll(
    `SELECT key, count(*) OVER () FROM (${twice}) ORDER BY key LIMIT ${examplesShown}`,
  );
  const rows = some.getRows();
  const count = Number(rows[0]?.[1] ?? 0);
  if (count === 0) return undefined;
  const examples = rows.map(([text]) => String(text));
  return sentence(count, examples, key);
}

function sentence(count: number, examples: readonly string[], key: readonly string[]): string {
  const keys = count === 1 ? '1 key' : `${count.toLocaleString('en')} keys`;
  return `${keys} came more than once, such as ${examples.join(', ')} (${key.join(', ')}): either records moved from page to page while they were loaded (sort the request by a unique field), or pages overlap, or the key does not tell records apart (add a column to it, such as one of the slice)`;
}

/** A record's key as JSON text; its columns are never null. */
function textOf(key: readonly string[]): string {
  return `CAST(json_array(${key.map(identifier).join(', ')}) AS VARCHAR)`;
}

function hashOf(key: readonly string[]): string {
  return `md5_number(${textOf(key)})`;
}
