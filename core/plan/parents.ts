import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, PermanentError } from '../errors';
import { concurrently } from '../run/concurrently';
import type { Lake } from '../run/ports';
import { type Pointer, readPointer } from '../run/publish/pointer';
import type { OpenDuckDB } from '../shape/duckdb';
import { readStage } from '../shape/stage/read-stage';
import type { RecordSlices } from '../source/slices';
import { mostSlices, type SliceValue, tooManySlices } from './slices';

/** Files that are downloaded at once, read in one statement, and removed: 32 ranges of 50,000 records at most. */
const filesAtOnce = 32;

export interface ParentServices {
  /** Name of the source that holds the parents, and the dataset that is planned. */
  readonly source: string;
  readonly lake: Pick<Lake, 'get' | 'list' | 'download'>;
  /** Where files are kept while they are read. */
  readonly workFolder: string;
  /** What DuckDB may use. */
  readonly memoryMegabytes: number;
}

/** The records that slices are made of, and which runs they are from. */
export interface ParentValues {
  readonly values: ReadonlyMap<RecordSlices, readonly SliceValue[]>;
  /** One per parent dataset. */
  readonly runs: readonly Pick<Pointer, 'dataset' | 'runId' | 'watermark'>[];
}

/**
 * Reads the distinct values of the columns that slices are made of, in order, from the tables that the parents have
 * published; a record without a value makes no slice. Integers beyond 2^53 become texts. All columns of one
 * parent come from one run of it. Throws a ConfigurationError when a parent is not published, has no such column, or
 * has no value in it, or more than a run may have slices.
 */
export async function readParents(
  slices: readonly RecordSlices[],
  services: ParentServices,
): Promise<ParentValues> {
  const pointers = new Map<string, Pointer>();
  const values = new Map<RecordSlices, readonly SliceValue[]>();
  for (const one of slices) {
    const pointer = pointers.get(one.dataset) ?? (await publishedRun(one.dataset, services));
    pointers.set(one.dataset, pointer);
    values.set(one, await distinctValues(pointer, one.column, services));
  }
  return { values, runs: [...pointers.values()] };
}

async function publishedRun(dataset: string, { source, lake }: ParentServices): Promise<Pointer> {
  const pointer = await readPointer(lake, { source, dataset });
  if (pointer) return pointer;
  const parent = `${source}/${dataset}`;
  throw new ConfigurationError(
    `the slices are the records of ${parent}, which is not published: load ${parent} first: baseload run ${parent}`,
  );
}

async function distinctValues(
  pointer: Pointer,
  column: string,
  services: ParentServices,
): Promise<SliceValue[]> {
  // Loaded here only: a fan-out without such slices is deployed without DuckDB's native binding.
  const { openDuckDB }: typeof import('../shape/duckdb') = require('../shape/duckdb');
  const folder = await mkdtemp(join(services.workFolder, 'parents-'));
  const { memoryMegabytes } = services;
  const duckdb = await openDuckDB({ memoryMegabytes, temporaryDirectory: folder }).catch(async (error) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  try {
    let type: string | undefined;
    for (const keys of batches(await tableKeys(pointer, services.lake))) {
      const files = await download(keys, pointer, folder, services.lake);
      type ??= await typeOf(duckdb, files, pointer, column);
      await addValues(
        duckdb,
        `SELECT ${asParameter(column, type)} AS value FROM ${readStage(pointer, files)}`,
      );
      for (const file of files) await rm(file);
    }
    return await readValues(duckdb, pointer, column);
  } finally {
    await duckdb.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Every object of a published table. One that is missing would leave out slices without a word, so it is an error. */
async function tableKeys(
  { source, dataset, runId, extension, location, files }: Pointer,
  lake: Pick<Lake, 'list'>,
): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of lake.list(location)) if (key.endsWith(`.${extension}`)) keys.push(key);
  if (keys.length === files) return keys;
  throw new PermanentError(
    `${source}/${dataset} was published as ${files} objects (run ${runId}) and ${location} holds ${keys.length}: load ${source}/${dataset} again`,
  );
}

function* batches(keys: readonly string[]): Generator<readonly string[]> {
  for (let first = 0; first < keys.length; first += filesAtOnce) yield keys.slice(first, first + filesAtOnce);
}

async function download(
  keys: readonly string[],
  { extension }: Pointer,
  folder: string,
  lake: Pick<Lake, 'download'>,
): Promise<string[]> {
  const files: string[] = [];
  const fetched = concurrently(keys.entries(), filesAtOnce, async ([position, key]) => {
    const file = join(folder, `${position}.${extension}`);
    if (await lake.download(key, file)) return file;
    throw new PermanentError(`${key} of a published table is gone from the lake: load its dataset again`);
  });
  for await (const file of fetched) files.push(file);
  return files;
}

/** DuckDB's type of a column of the table. */
async function typeOf(
  { connection }: OpenDuckDB,
  files: readonly string[],
  pointer: Pointer,
  column: string,
): Promise<string> {
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${readStage(pointer, files)}`);
  const types = new Map(described.getRows().map(([name, type]) => [String(name), String(type)]));
  const type = types.get(column);
  const { source, dataset, runId } = pointer;
  if (type !== undefined) return type;
  const parent = `${source}/${dataset}`;
  throw new ConfigurationError(
    `${parent} as published by run ${runId} has no column '${column}', only ${[...types.keys()].join(', ')}: load ${parent} again: baseload run ${parent}`,
  );
}

/**
 * An expression that leaves numbers as they are and writes everything else as text behind a '.', times in ISO 8601. DuckDB's client for Node
 * takes a byte order mark off the beginning of a text (1.5.5-r.5); behind the '.' it stays.
 */
function asParameter(column: string, type: string): string {
  const name = `"${column.replaceAll('"', '""')}"`;
  if (['BIGINT', 'INTEGER', 'DOUBLE'].includes(type)) return name;
  const text = `CAST(${name} AS VARCHAR)`;
  return `'.' || ${type.startsWith('TIMESTAMP') ? `replace(replace(${text}, ' ', 'T'), '+00', '') || 'Z'` : text}`;
}

/** Adds the values that are not yet there to the table 'found', which is made by the first call. */
async function addValues({ connection }: OpenDuckDB, values: string): Promise<void> {
  await connection.run(`CREATE TABLE IF NOT EXISTS found AS SELECT value FROM (${values}) LIMIT 0`);
  await connection.run(
    `INSERT INTO found SELECT value FROM (${values}) WHERE value IS NOT NULL EXCEPT SELECT value FROM found`,
  );
}

async function readValues(
  { connection }: OpenDuckDB,
  pointer: Pointer,
  column: string,
): Promise<SliceValue[]> {
  // A published table has an object at least, so the table is there.
  const [[count] = []] = (await connection.runAndReadAll('SELECT count(*) FROM found')).getRows();
  const parent = `${pointer.source}/${pointer.dataset}`;
  if (Number(count) > mostSlices) throw new ConfigurationError(tooManySlices(Number(count)));
  if (Number(count) === 0) {
    throw new ConfigurationError(
      `${parent} as published by run ${pointer.runId} has no value in its column '${column}': there is nothing to ask for`,
    );
  }
  const rows = await connection.runAndReadAll('SELECT value FROM found ORDER BY value');
  return rows.getRows().map(([value]) => toParameter(value));
}

/** A value that asParameter made. */
function toParameter(value: unknown): SliceValue {
  if (typeof value === 'string') return value.slice(1);
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return Number(value);
  return String(value);
}
