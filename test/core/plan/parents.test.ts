import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBConnection } from '@duckdb/node-api';
import { type ParentServices, readParents } from '../../../core/plan/parents';
import { mostSlices } from '../../../core/plan/slices';
import { pointerKey, stagePrefix } from '../../../core/run/keys';
import { copyStatement } from '../../../core/shape/stage/copy';
import { tableOf } from '../../../core/shape/stage/table';
import type { ColumnType } from '../../../core/source/column';
import type { RecordSlices } from '../../../core/source/slices';
import type { StageFormat } from '../../../core/source/source';
import { datasetOf } from '../shape/stage/every-type';

const run = { source: 'crm', dataset: 'users', runId: '2026-01-30t03-00-00-000z' };
const watermark = '2026-01-30T03:00:00.000Z';
let folder: string;
let workFolder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parents-lake-'));
  workFolder = mkdtempSync(join(tmpdir(), 'parents-work-'));
});
afterEach(() => {
  // Nothing is left behind, whatever happened.
  expect(readdirSync(workFolder)).toEqual([]);
  for (const path of [folder, workFolder]) rmSync(path, { recursive: true, force: true });
});

/** A lake of which the files of a folder are the objects. */
function services(changes: Partial<ParentServices['lake']> = {}): ParentServices {
  const path = (key: string) => join(folder, key);
  const lake: ParentServices['lake'] = {
    async get(key) {
      return existsSync(path(key)) ? { text: readFileSync(path(key), 'utf8'), etag: 'e' } : undefined;
    },
    async *list(prefix) {
      for (const name of readdirSync(path(prefix)).sort()) yield { key: prefix + name, bytes: 1, etag: 'e' };
    },
    async download(key, file) {
      if (!existsSync(path(key))) return false;
      copyFileSync(path(key), file);
      return true;
    },
    ...changes,
  };
  return { source: 'crm', lake, workFolder, memoryMegabytes: 200 };
}

/** Publishes a table: one object per query. */
async function publish(...queries: string[]): Promise<void> {
  const prefix = stagePrefix(run);
  mkdirSync(join(folder, prefix), { recursive: true });
  const connection = await DuckDBConnection.create();
  for (const [i, query] of queries.entries()) {
    const file = join(folder, prefix, `all-${String(i).padStart(8, '0')}.parquet`);
    await connection.run(`COPY (${query}) TO '${file}' (FORMAT parquet)`);
  }
  connection.closeSync();
  const pointer = {
    ...{ version: 1, ...run, location: prefix, manifest: 'm', files: queries.length, records: 1, watermark },
    publishedAt: watermark,
  };
  writePointer(pointer);
}

/** Publishes a table of these types in a format: one object. */
async function publishAs(
  format: StageFormat,
  types: Readonly<Record<string, ColumnType>>,
  query: string,
): Promise<void> {
  const prefix = stagePrefix(run);
  mkdirSync(join(folder, prefix), { recursive: true });
  const dataset = datasetOf(types, { format });
  const connection = await DuckDBConnection.create();
  await connection.run(`SET TimeZone = 'UTC'`);
  const file = join(folder, prefix, `all-00000000.${tableOf(dataset).extension}`);
  await connection.run(copyStatement(query, file, dataset));
  connection.closeSync();
  const files = { location: prefix, manifest: 'm', files: 1, records: 1, watermark, publishedAt: watermark };
  writePointer({ version: 2, ...run, ...tableOf(dataset), ...files });
}

function writePointer(pointer: unknown): void {
  const key = join(folder, pointerKey(run));
  mkdirSync(dirname(key), { recursive: true });
  writeFileSync(key, JSON.stringify(pointer));
}

function by(column: string): RecordSlices {
  return { type: 'records', dataset: 'users', column, name: column };
}

async function valuesOf(column: string) {
  const slices = by(column);
  return (await readParents([slices], services())).values.get(slices);
}

describe('readParents', () => {
  it('reads every value once, in order, from all objects of the table, and leaves out what is null', async () => {
    await publish(
      'SELECT unnest([10::BIGINT, 9, NULL, 2]) AS id',
      'SELECT unnest([2::BIGINT, 1, 10]) AS id',
      'SELECT 1::BIGINT AS id WHERE false',
    );
    expect(await valuesOf('id')).toEqual([1, 2, 9, 10]);
  });

  it('reads more objects than are held at once', async () => {
    await publish(...Array.from({ length: 70 }, (_, i) => `SELECT unnest([${i}::BIGINT, ${i + 1}]) AS id`));
    expect(await valuesOf('id')).toEqual([...Array(71).keys()]);
  });

  it.each([
    [
      'whole numbers, exact beyond 2^53',
      "unnest(['9007199254740993'::BIGINT, 9007199254740991, -1])",
      [-1, 9007199254740991, '9007199254740993'],
    ],
    ['texts, whatever is in them', `unnest(['b''c', 'a"', 'ä/?&=', '007'])`, ['007', 'a"', "b'c", 'ä/?&=']],
    [
      'texts with their byte order marks',
      "unnest([chr(65279) || 'a', 'a', chr(65279), '', 'b' || chr(65279), '.', chr(65279) || chr(65279) || 'longer than twelve bytes'])",
      ['', '.', 'a', 'b\ufeff', '\ufeff', '\ufeffa', '\ufeff\ufefflonger than twelve bytes'],
    ],
    ['decimals as they are written', 'unnest([1.50::DECIMAL(10,2), 0.10])', ['0.10', '1.50']],
    ['days', "unnest(['2026-01-31'::DATE])", ['2026-01-31']],
    ['times in ISO 8601', "unnest(['2026-01-31 12:30:00'::TIMESTAMP])", ['2026-01-31T12:30:00Z']],
    ['true and false', 'unnest([true, false])', ['false', 'true']],
    ['floating-point numbers', 'unnest([1.5::DOUBLE, -2])', [-2, 1.5]],
  ])('gives %s', async (_, expression, expected) => {
    await publish(`SELECT ${expression} AS "odd ""name"`);
    expect(await valuesOf('odd "name')).toEqual(expected);
  });

  const csv = { type: 'csv', compression: 'gzip', sorted: false, neutralise: false } as const;
  it.each<[string, StageFormat]>([
    ['Parquet', { type: 'parquet', compression: 'zstd', rowGroupSize: 122_880, sorted: false }],
    ['JSON lines', { type: 'jsonl', compression: 'zstd', sorted: false }],
    ['CSV', csv],
    ['neutralised CSV', { ...csv, compression: 'zstd', neutralise: true }],
  ])('gives the same values of %s', async (_, format) => {
    const types = {
      id: { type: 'bigint' },
      code: { type: 'varchar' },
      at: { type: 'timestamp' },
      price: { type: 'decimal', precision: 12, scale: 2 },
    } as const;
    const first = `SELECT 9007199254740993::BIGINT AS id, '=1' AS code, TIMESTAMPTZ '2026-01-31T12:30:00Z' AS at, 1.5::DECIMAL(12,2) AS price`;
    await publishAs(
      format,
      types,
      `${first} UNION ALL SELECT 7, '''007', TIMESTAMPTZ '2026-01-31T12:30:00.25Z', NULL UNION ALL SELECT NULL, chr(65279) || '7', NULL, NULL`,
    );
    expect(await valuesOf('id')).toEqual([7, '9007199254740993']);
    expect(await valuesOf('code')).toEqual(["'007", '=1', '\ufeff7']);
    expect(await valuesOf('at')).toEqual(['2026-01-31T12:30:00.25Z', '2026-01-31T12:30:00Z']);
    expect(await valuesOf('price')).toEqual(['1.50']);
  });

  it('reads several columns of one run, and names it once', async () => {
    await publish("SELECT 1::BIGINT AS id, 'x' AS region");
    let pointers = 0;
    const plain = services().lake;
    const [id, region] = [by('id'), by('region')];
    const counting = services({
      get: (key) => {
        pointers += 1;
        return plain.get(key);
      },
    });
    const { values, runs } = await readParents([id, region], counting);
    expect([values.get(id), values.get(region)]).toEqual([[1], ['x']]);
    expect(runs).toMatchObject([{ dataset: 'users', runId: run.runId, watermark }]);
    expect([runs.length, pointers]).toEqual([1, 1]);
  });

  it('says what to do when the parent is not published', async () => {
    await expect(readParents([by('id')], services())).rejects.toMatchObject({
      failure: 'configuration',
      message:
        'the slices are the records of crm/users, which is not published: load crm/users first: baseload run crm/users',
    });
  });

  it('says which columns there are when the parent has no such column', async () => {
    await publish('SELECT 1 AS id, 2 AS age');
    await expect(valuesOf('name')).rejects.toMatchObject({
      failure: 'configuration',
      message: expect.stringContaining("has no column 'name', only id, age: load crm/users again"),
    });
  });

  it.each([
    ['no record', 'WHERE false'],
    ['only nulls', ''],
  ])('refuses a parent of %s', async (_, condition) => {
    await publish(`SELECT NULL::BIGINT AS id ${condition}`);
    await expect(valuesOf('id')).rejects.toMatchObject({
      failure: 'configuration',
      message: expect.stringContaining("has no value in its column 'id': there is nothing to ask for"),
    });
  });

  it('counts what is too much', async () => {
    await publish(`SELECT range AS id FROM range(${mostSlices + 1})`);
    await expect(valuesOf('id')).rejects.toThrow('would be cut into 100,001 slices');
  });

  it('never takes a part of a table for the whole', async () => {
    await publish('SELECT 1 AS id', 'SELECT 2 AS id');
    rmSync(join(folder, stagePrefix(run), 'all-00000001.parquet'));
    await expect(valuesOf('id')).rejects.toMatchObject({
      failure: 'permanent',
      message: expect.stringContaining('crm/users was published as 2 objects'),
    });
  });

  it('nor one that loses an object meanwhile', async () => {
    await publish('SELECT 1 AS id', 'SELECT 2 AS id');
    const losing = services({ download: async () => false });
    await expect(readParents([by('id')], losing)).rejects.toThrow(
      'of a published table is gone from the lake',
    );
  });
});
