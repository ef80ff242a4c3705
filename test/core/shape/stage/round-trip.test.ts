import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type OpenDuckDB, openDuckDB } from '../../../../core/shape/duckdb';
import { copyStatement } from '../../../../core/shape/stage/copy';
import { readStage } from '../../../../core/shape/stage/read-stage';
import { tableOf } from '../../../../core/shape/stage/table';
import type { StageFormat } from '../../../../core/source/source';
import { anyRows, datasetOf, everyType, noRows } from './every-type';

const folder = mkdtempSync(join(tmpdir(), 'round-trip-'));
let duckdb: OpenDuckDB;
beforeAll(async () => {
  duckdb = await openDuckDB({ memoryMegabytes: 300, temporaryDirectory: folder });
});
afterAll(async () => {
  await duckdb.close();
  rmSync(folder, { recursive: true, force: true });
});

const textColumn = { columnType: { type: 'varchar' }, options: {} } as const;
const parquet = { type: 'parquet', rowGroupSize: 122_880, sorted: false } as const;
const csv = { type: 'csv', compression: 'gzip', sorted: false, neutralise: false } as const;
const formats: readonly (readonly [string, StageFormat])[] = [
  ['Parquet, zstd', { ...parquet, compression: 'zstd' }],
  ['Parquet, snappy', { ...parquet, compression: 'snappy' }],
  ['Parquet, gzip', { ...parquet, compression: 'gzip', rowGroupSize: 2048 }],
  ['JSON lines, gzip', { type: 'jsonl', compression: 'gzip', sorted: false }],
  ['JSON lines, zstd', { type: 'jsonl', compression: 'zstd', sorted: false }],
  ['CSV, gzip', csv],
  ['CSV, zstd', { ...csv, compression: 'zstd' }],
  ['CSV, neutralised', { ...csv, neutralise: true }],
];

async function rowsOf(query: string) {
  const reader = await duckdb.connection.runAndReadAll(query);
  return { types: reader.columnTypes().map(String), names: reader.columnNames(), rows: reader.getRowsJson() };
}

async function writtenAndRead(rows: readonly string[], format: StageFormat) {
  const dataset = datasetOf(everyType, { format });
  const table = tableOf(dataset);
  const file = join(folder, `stage.${table.extension}`);
  const { connection } = duckdb;
  await connection.run(
    `CREATE OR REPLACE TABLE given AS ${[noRows(everyType), ...rows].join(' UNION ALL ')}`,
  );
  const { rowsChanged } = await connection.run(copyStatement('SELECT * FROM given', file, dataset));
  const given = await rowsOf('SELECT * FROM given');
  const read = await rowsOf(`SELECT * FROM ${readStage(table, file)}`);
  return { rowsChanged, given, read };
}

describe.each(formats)('%s', (_, format) => {
  it('gives back every row with its types, exactly', async () => {
    await fc.assert(
      fc.asyncProperty(anyRows(everyType), async (rows) => {
        const { rowsChanged, given, read } = await writtenAndRead(rows, format);
        expect(read).toEqual(given);
        expect(rowsChanged).toBe(rows.length);
      }),
      { numRuns: 40 },
    );
  });

  it('holds texts of 10 MB, of characters that are written as two', async () => {
    const types = {
      id: { type: 'bigint' },
      text: { type: 'varchar' },
      texts: { type: 'list', of: textColumn },
    } as const;
    const dataset = datasetOf(types, { format });
    const file = join(folder, `long.${tableOf(dataset).extension}`);
    const { connection } = duckdb;
    const long = `repeat('"\n' || chr(92), 3400000)`;
    const rows = `SELECT 1::BIGINT AS id, ${long} AS text, NULL::VARCHAR[] AS texts UNION ALL SELECT 2, '', ['x']`;
    await connection.run(copyStatement(rows, file, dataset));
    const read = await rowsOf(
      `SELECT id, text = ${long}, length(text), texts FROM ${readStage(tableOf(dataset), file)}`,
    );
    expect(read.rows).toEqual([
      ['1', true, '10200000', null],
      ['2', false, '0', ['x']],
    ]);
  });

  it('has the columns and no row where there is none', async () => {
    const { given, read } = await writtenAndRead([], format);
    expect(read).toEqual(given);
    expect(read.rows).toEqual([]);
  });
});
