import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { PermanentError } from '../../errors';
import type { Table } from '../../plan/plan';
import type { OpenDuckDB } from '../../shape/duckdb';
import { identifier, literal } from '../../shape/sql/sql-text';
import { type ReadTable, readStage } from '../../shape/stage/read-stage';
import { concurrently } from '../concurrently';
import type { Lake } from '../ports';
import type { ManifestObject } from './manifest';

/** Objects fetched at once, and read by one statement; they are removed again, so this and their bytes bound the room they take. */
const filesAtOnce = 64;
const bytesAtOnce = 512 * 1024 * 1024;

/** Keys that are named; one that cannot be told from others is as bad as a thousand. */
const examplesShown = 3;

/** Objects of a table, which may be gone through more than once. */
export type TableObjects = AsyncIterable<ManifestObject> | Iterable<ManifestObject>;

/** Keys that came more than once. */
export interface RepeatedKeys {
  readonly keys: number;
  /** Rows beyond the first of each key. */
  readonly rows: number;
  /** How many, which for example, and what to do. */
  readonly sentence: string;
}

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
 * Reads the keys of all records of objects and tells which came more than once; undefined where each came once. A total cannot tell: a record
 * that came twice hides one that did not come. Compares 128 bits of a hash of each key, so that any number of records takes no more room than
 * those, most of it on disk.
 */
export async function repeatedKeys(
  table: KeyedTable,
  objects: TableObjects,
  { lake, workFolder, memoryMegabytes }: RepeatedKeysServices,
): Promise<RepeatedKeys | undefined> {
  // Loaded here only: most invocations of reconcile have nothing to verify.
  const { openDuckDB }: typeof import('../../shape/duckdb') = require('../../shape/duckdb');
  const folder = await mkdtemp(join(workFolder, 'keys-'));
  const duckdb = await openDuckDB({ memoryMegabytes, temporaryDirectory: folder }).catch(async (error) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  try {
    await duckdb.connection.run('CREATE TABLE keys (hash UHUGEINT, batch INTEGER)');
    for await (const { number, keys } of batches(objects)) {
      await withFiles(keys, { table, lake, folder }, (files) =>
        duckdb.connection.run(
          `INSERT INTO keys SELECT ${hashOf(table.key)}, ${number} FROM ${readStage(table, files)}`,
        ),
      );
    }
    return await explain(duckdb, table, objects, { lake, folder });
  } finally {
    await duckdb.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Objects that are read together, numbered from 0: the same ones whenever the same objects are gone through. */
interface Batch {
  readonly number: number;
  readonly keys: readonly string[];
}

async function* batches(objects: TableObjects): AsyncGenerator<Batch> {
  let number = 0;
  let keys: string[] = [];
  let room = 0;
  for await (const { key, bytes, receipt } of objects) {
    if (receipt.staged === 0) continue;
    keys.push(key);
    room += bytes;
    if (keys.length < filesAtOnce && room < bytesAtOnce) continue;
    yield { number: number++, keys };
    keys = [];
    room = 0;
  }
  if (keys.length > 0) yield { number, keys };
}

interface Fetching {
  readonly table: KeyedTable;
  readonly lake: Pick<Lake, 'download'>;
  readonly folder: string;
}

/** Fetches objects, and removes them again. */
async function withFiles(
  keys: readonly string[],
  { table, lake, folder }: Fetching,
  use: (files: readonly string[]) => Promise<unknown>,
): Promise<void> {
  const files: string[] = [];
  const fetched = concurrently(keys.entries(), filesAtOnce, async ([position, key]) => {
    const file = join(folder, `${position}.${table.extension}`);
    if (await lake.download(key, file)) return file;
    throw new PermanentError(`${key} was removed from the lake while the run was verified`);
  });
  for await (const file of fetched) files.push(file);
  await use(files);
  for (const file of files) await rm(file);
}

async function explain(
  { connection }: OpenDuckDB,
  table: KeyedTable,
  objects: TableObjects,
  { lake, folder }: { readonly lake: Pick<Lake, 'download'>; readonly folder: string },
): Promise<RepeatedKeys | undefined> {
  const { key } = table;
  const twice =
    'SELECT hash, min(batch) AS batch, count(*) AS rows FROM keys GROUP BY hash HAVING count(*) > 1';
  const counted = await connection.runAndReadAll(`SELECT count(*), sum(rows) FROM (${twice})`);
  const [count, rows] = (counted.getRows()[0] ?? []).map(Number);
  if (!count || !rows) return undefined;
  const some = await connection.runAndReadAll(`${twice} ORDER BY batch, hash LIMIT ${examplesShown}`);
  const wanted = some.getRows().map(([hash, batch]) => ({ hash: String(hash), batch: Number(batch) }));
  const examples: string[] = [];
  const last = wanted.at(-1)?.batch ?? -1;
  for await (const { number, keys } of batches(objects)) {
    const here = wanted.filter(({ batch }) => batch === number);
    if (here.length > 0) {
      await withFiles(keys, { table, lake, folder }, async (files) => {
        for (const { hash } of here) {
          const found = await connection.runAndReadAll(
            `SELECT ${textOf(key)} FROM ${readStage(table, files)} WHERE ${hashOf(key)} = CAST(${literal(hash)} AS UHUGEINT) LIMIT 1`,
          );
          examples.push(String(found.getRows()[0]?.[0]));
        }
      });
    }
    if (number >= last) break;
  }
  return { keys: count, rows: rows - count, sentence: sentence(count, examples, key) };
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
