import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBConnection } from '@duckdb/node-api';
import { Finding } from '../../cli/fail';
import { type QueriedDataset, queryLocal, resultLines, runQuery, toObjects } from '../../cli/query';
import { copyStatement } from '../../core/shape/stage/copy';
import { tableOf } from '../../core/shape/stage/table';
import type { StageFormat } from '../../core/source/source';
import { datasetOf, everyType } from '../core/shape/stage/every-type';
import { knownRows } from '../core/shape/stage/known-rows';

const folder = mkdtempSync(join(tmpdir(), 'query-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const formats: readonly (readonly [string, StageFormat])[] = [
  ['parquet', { type: 'parquet', compression: 'zstd', rowGroupSize: 122_880, sorted: false }],
  ['jsonl', { type: 'jsonl', compression: 'gzip', sorted: false }],
  ['csv', { type: 'csv', compression: 'zstd', sorted: false, neutralise: true }],
];
const all: QueriedDataset[] = [];

/** Tables of one row in two objects each, in folders whose names have wildcards in them. */
beforeAll(async () => {
  const connection = await DuckDBConnection.create();
  await connection.run("SET TimeZone = 'UTC'");
  for (const [name, format] of formats) {
    const dataset = datasetOf(everyType, { format });
    const own = `${join(folder, `it's [a] ${name}*?`)}/`;
    mkdirSync(own);
    const table = tableOf(dataset);
    for (const [i, key] of ['9007199254740993', '2'].entries()) {
      const rows = `SELECT * FROM (${knownRows}) WHERE id = ${key}`;
      await connection.run(copyStatement(rows, join(own, `all-0000000${i}.${table.extension}`), dataset));
    }
    all.push({ source: 'my-api', dataset: `in-${name}`, folder: own, ...table });
  }
  connection.closeSync();
});

const columns =
  'id, flag, small, huge, ratio, price, exact, day, moment, document, moments, texts, leaf, leaves, "byName", deep';

describe.each(formats)('query of %s', (name) => {
  it('gives JSON that says what was loaded: moments in UTC, integers exactly', async () => {
    const [first, second, ...more] = toObjects(
      await runQuery(`SELECT ${columns} FROM in_${name} ORDER BY flag`, all),
    );
    expect(first).toEqual({
      id: '9007199254740993',
      flag: true,
      small: -2147483648,
      huge: '-99999999999999999999999999999999999999',
      ratio: 0.1,
      price: '1234567890.50',
      exact: '99999999999999999999.123456789012345678',
      day: '0001-01-01',
      moment: '9999-12-31T23:59:59.999999Z',
      document: '{"a":[1,"x"]}',
      moments: ['2026-01-31T12:30:00Z', null],
      texts: ['', null, 'ä'],
      leaf: { amount: '1.500000000000000000', 'odd "name': 'y', at: null },
      leaves: [{ amount: null, 'odd "name': 'z', at: '1969-12-31T23:59:59.999999Z' }],
      byName: { k: '0.100000000000000000', '': null },
      deep: { d: [{ inner: null, ratio: 1e308 }] },
    });
    expect(Object.values(second ?? {}).filter((value) => value !== null)).toEqual([2]);
    expect(more).toEqual([]);
  });

  it('gives lines with moments in UTC', async () => {
    const result = await runQuery(`SELECT id, moment, moments FROM my_api.in_${name} ORDER BY id DESC`, all);
    expect(resultLines(result).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['id', 'moment', 'moments'],
      expect.anything(),
      ['9007199254740993', '9999-12-31T23:59:59.999999Z', '["2026-01-31T12:30:00Z",null]'],
      ['2'],
    ]);
  });
});

test('lines show the sign of a double that is zero', async () => {
  const result = await runQuery(`SELECT '-0.0'::DOUBLE AS a, 0.0::DOUBLE AS b, -1.5::DOUBLE AS c`, all);
  expect(resultLines(result)[2]?.trim().split(/ +/)).toEqual(['-0', '0', '-1.5']);
});

test('a query that DuckDB does not understand is a finding, with the tables that there are', async () => {
  const asked = runQuery('SELECT * FROM nowhere', all);
  await expect(asked).rejects.toThrow(Finding);
  await expect(asked).rejects.toThrow('Published tables: my_api.in_parquet, my_api.in_jsonl, my_api.in_csv');
});

describe('a dataset that is published', () => {
  const nothingThere = { source: 'my-api', folder: `${join(folder, 'none')}/` };
  const empty: QueriedDataset = {
    ...{ ...nothingThere, dataset: 'no-rows', files: 0, extension: 'parquet' },
    columns: [
      { name: 'id', type: 'BIGINT' },
      { name: 'the "name"', type: 'STRUCT(a VARCHAR)[]' },
    ],
  };
  const gone: QueriedDataset = { ...empty, dataset: 'gone', files: 1200 };

  it('without files is an empty table of its columns', async () => {
    const result = await runQuery('select * from no_rows', [...all, empty]);
    expect(result.columnNames()).toEqual(['id', 'the "name"']);
    expect(result.columnTypes().map(String)).toEqual(['BIGINT', 'STRUCT("a" VARCHAR)[]']);
    expect(toObjects(result)).toEqual([]);
  });

  it('makes a query that does not name it never fail', async () => {
    const asked = runQuery('select count(*) as n from in_csv', [gone, empty, ...all]);
    expect(toObjects(await asked)).toEqual([{ n: 2 }]);
  });

  it('is a finding where some of its files are gone, and the query names it', async () => {
    const [parquet] = all;
    if (!parquet) throw new Error('it was made above');
    await expect(runQuery('select 1 from my_api.in_parquet', [{ ...parquet, files: 3 }])).rejects.toEqual(
      new Finding(
        'my-api/in-parquet has 2 of its 3 published files, so a query would lack rows: npx baseload verify my-api/in-parquet tells which are gone',
      ),
    );
    await expect(runQuery('from GONE', [gone])).rejects.toThrow('0 of its 1,200 published files');
  });

  it('with a pointer that cannot be read is a finding where the query names it, and else left out', async () => {
    const pointers = join(folder, 'data', 's3', 'lake', 'tables', 'crm', 'users');
    mkdirSync(pointers, { recursive: true });
    for (const text of ['{"version": 3,', 'null']) {
      writeFileSync(join(pointers, 'current.json'), text);
      await expect(queryLocal('from users', join(folder, 'data'))).rejects.toEqual(
        new Finding(
          'tables/crm/users/current.json in the lake is not a document of this version: restore it from a backup, or use the version that wrote it; without either, move it away and load the dataset anew, its earlier runs stay in the lake',
        ),
      );
      expect(toObjects(await queryLocal('select 1 as one', join(folder, 'data')))).toEqual([{ one: 1 }]);
    }
  });
});
