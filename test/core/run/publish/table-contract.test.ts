import fc from 'fast-check';
import { ConfigurationError } from '../../../../core/errors';
import type { Table } from '../../../../core/plan/plan';
import type { Pointer } from '../../../../core/run/publish/pointer';
import { refuseIncompatible } from '../../../../core/run/publish/table-contract';
import { readStage } from '../../../../core/shape/stage/read-stage';
import { tableOf } from '../../../../core/shape/stage/table';
import type { StageFormat } from '../../../../core/source/source';
import { datasetOf } from '../../shape/stage/every-type';
import { stageFiles } from '../../shape/stage/stage-files';

const id = { name: 'id', type: 'BIGINT' };
const name = { name: 'name', type: 'VARCHAR' };
const price = { name: 'price', type: 'DECIMAL(12,2)' };

function aTable(changes: Partial<Table> = {}): Table {
  return { extension: 'parquet', columns: [id, name], key: ['id'], tableVersion: 1, ...changes };
}

function published(changes: Partial<Table> = {}): Pointer {
  const moment = '2026-01-31T03:00:00.000Z';
  const run = { source: 'geonames', dataset: 'cities', runId: '2026-01-31t03-00-00-000z' };
  const files = {
    location: 'stage/',
    manifest: 'm',
    files: 1,
    records: 1,
    watermark: moment,
    publishedAt: moment,
  };
  return { version: 3, ...run, ...aTable(changes), ...files, previous: [] };
}

const hold = (table: Partial<Table>, before: Partial<Table> = {}) =>
  refuseIncompatible('geonames/cities', aTable(table), published(before));

describe('a table may', () => {
  it.each<[string, Partial<Table>, Partial<Table>]>([
    ['stay as it is', {}, {}],
    ['gain columns', { columns: [price, id, name] }, {}],
    ['change their order', { columns: [name, id] }, {}],
    [
      'change their order in JSON lines',
      { columns: [name, id], extension: 'jsonl.gz' },
      { extension: 'jsonl.gz' },
    ],
    [
      'gain columns at the end of CSV',
      { columns: [id, name, price], extension: 'csv.gz' },
      { extension: 'csv.gz' },
    ],
    [
      'be anything under a higher version',
      { columns: [price], extension: 'csv.zst', key: ['price'], tableVersion: 2 },
      {},
    ],
    [
      'be anything where nobody knows what it was',
      { columns: [price], key: ['price'] },
      { columns: [], key: [] },
    ],
  ])('%s', (_, table, before) => {
    expect(() => hold(table, before)).not.toThrow();
  });

  it('be anything where none is published', () => {
    expect(() => refuseIncompatible('geonames/cities', aTable(), undefined)).not.toThrow();
  });
});

describe('a table may not', () => {
  it.each<[string, Partial<Table>, Partial<Table>, string]>([
    ['lose a column', { columns: [id] }, {}, "column 'name' (VARCHAR) is gone"],
    [
      'change a type',
      { columns: [{ ...id, type: 'VARCHAR' }, name] },
      {},
      "column 'id' was BIGINT and would be VARCHAR",
    ],
    ['have another key', { key: ['id', 'name'] }, {}, 'its key was id and would be id, name'],
    [
      'have its key in another order',
      { key: ['a', 'b'] },
      { key: ['b', 'a'] },
      'its key was b, a and would be a, b',
    ],
    [
      'be written otherwise',
      { extension: 'jsonl.gz' },
      {},
      'its objects were .parquet and would be .jsonl.gz',
    ],
    [
      'gain columns within CSV',
      { columns: [id, price, name], extension: 'csv.gz' },
      { extension: 'csv.gz' },
      "column 'name' is no longer column 2 of a CSV file, 'price' is",
    ],
    [
      'be written otherwise where nothing else is known of it',
      { extension: 'csv.gz' },
      { columns: [], key: [] },
      'its objects were .parquet and would be .csv.gz',
    ],
  ])('%s', (_, table, before, what) => {
    expect(() => hold(table, before)).toThrow(ConfigurationError);
    expect(() => hold(table, before)).toThrow(
      `geonames/cities would no longer be the table that readers know (run 2026-01-31t03-00-00-000z): ${what}. Raise tableVersion to 2: readers then see another table; or `,
    );
  });

  it('go back to a lower version', () => {
    expect(() => hold({ tableVersion: 2 }, { tableVersion: 3 })).toThrow(
      'geonames/cities has tableVersion 2 and is published with 3 (run 2026-01-31t03-00-00-000z): a version never goes back; set tableVersion to 3 if the table is as then, to 4 if it is another',
    );
  });

  it.each([true, undefined] as const)('have its texts neutralised otherwise: %s', (neutralised) => {
    const now = neutralised ? {} : { neutralised: true as const };
    const [had, has] = neutralised ? ["a '", 'none'] : ['none', "a '"];
    expect(() => hold({ extension: 'csv.gz', ...now }, { extension: 'csv.gz', neutralised })).toThrow(
      `: texts that a spreadsheet would take for a formula had ${had} before them and would have ${has} (neutralise). Raise tableVersion to 2: readers then see another table; or take back the format`,
    );
    expect(() =>
      hold({ extension: 'csv.gz', tableVersion: 2, ...now }, { extension: 'csv.gz', neutralised }),
    ).not.toThrow();
    expect(() =>
      hold({ extension: 'csv.gz', neutralised }, { extension: 'csv.gz', neutralised }),
    ).not.toThrow();
  });

  it.each<[string, Partial<Table>, Partial<Table>, string]>([
    [
      'a column gone with the key',
      { columns: [name], key: ['name'] },
      {},
      "keep the column 'id' and take back the key",
    ],
    ['several columns gone', { columns: [price] }, {}, "keep the columns 'id' and 'name'"],
    [
      'everything at once',
      {
        columns: [
          { ...id, type: 'INTEGER' },
          { ...name, type: 'JSON' },
        ],
        key: ['name'],
        extension: 'csv.gz',
      },
      { columns: [price, id, name] },
      "take back the format; keep the column 'price'; give 'id' and 'name' their types back, and columns of the new types other names; and take back the key",
    ],
    [
      'a column of CSV gone',
      { columns: [id, price], extension: 'csv.gz' },
      { extension: 'csv.gz' },
      "keep the column 'name'; and keep the order of the columns, with new ones at the end",
    ],
  ])('change, with advice on all of it: %s', (_, table, before, advice) => {
    expect(() => hold(table, before)).toThrow(
      new RegExp(`readers then see another table; or ${advice.replace(/[()]/g, '.')}$`),
    );
  });

  it('change in two ways without both being told, and says what else to do', () => {
    expect(() => hold({ columns: [{ ...id, type: 'INTEGER' }] })).toThrow(
      "column 'id' was BIGINT and would be INTEGER; column 'name' (VARCHAR) is gone. Raise tableVersion to 2: readers then see another table; or keep the column 'name'; and give 'id' its type back, and a column of the new type another name",
    );
  });
});

test('whatever is let through has every column that readers know, with its type', () => {
  const column = fc.record({ name: fc.constantFrom('a', 'b', 'c'), type: fc.constantFrom('BIGINT', 'DATE') });
  const columns = fc.uniqueArray(column, { minLength: 1, selector: (one) => one.name });
  const extension = fc.constantFrom('parquet' as const, 'csv.gz' as const);
  fc.assert(
    fc.property(columns, columns, extension, (now, before, extension) => {
      const kept = before.every((old) =>
        now.some(({ name, type }) => name === old.name && type === old.type),
      );
      const placed = before.every((old, i) => now[i]?.name === old.name);
      const held = () => hold({ columns: now, extension }, { columns: before, extension });
      if (kept && (placed || extension === 'parquet')) expect(held).not.toThrow();
      else expect(held).toThrow(ConfigurationError);
    }),
  );
});

describe('two runs, the later of which has gained a column, are read together', () => {
  const files = stageFiles();
  const types = { id: { type: 'bigint' }, name: { type: 'varchar' } } as const;
  it.each<StageFormat>([
    { type: 'parquet', compression: 'zstd', rowGroupSize: 122_880, sorted: false },
    { type: 'jsonl', compression: 'gzip', sorted: false },
    { type: 'csv', compression: 'gzip', sorted: false, neutralise: false },
  ])('by name, the older with null: $type', async (format) => {
    const before = datasetOf(types, { format });
    const now = datasetOf({ ...types, price: { type: 'decimal', precision: 12, scale: 2 } }, { format });
    refuseIncompatible('geonames/cities', tableOf(now), published(tableOf(before)));
    const older = await files().write(`SELECT 1::BIGINT AS id, 'x' AS name`, before);
    const newer = await files().write(
      `SELECT 2::BIGINT AS id, 'y' AS name, 1.5::DECIMAL(12,2) AS price`,
      now,
    );
    const both = `SELECT * FROM ${readStage(tableOf(before), older)} UNION ALL BY NAME SELECT * FROM ${readStage(tableOf(now), newer)}`;
    const read = await files().duckdb.connection.runAndReadAll(`${both} ORDER BY id`);
    expect(read.getRowsJson()).toEqual([
      ['1', 'x', null],
      ['2', 'y', '1.50'],
    ]);
  });
});
