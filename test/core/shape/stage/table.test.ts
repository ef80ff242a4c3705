import { tableSchema } from '../../../../core/plan/plan';
import { contentType } from '../../../../core/shape/stage/content-type';
import { stageExtension, tableOf } from '../../../../core/shape/stage/table';
import type { StageFormat } from '../../../../core/source/source';
import { aDataset } from '../../../support/source-fixture';
import { datasetOf, everyType } from './every-type';

const csv = { type: 'csv', compression: 'gzip', sorted: false, neutralise: false } as const;

describe('tableOf', () => {
  it("names DuckDB's type of every column, in order", () => {
    const leaf = 'STRUCT("amount" DECIMAL(38,18), "odd ""name" VARCHAR, "at" TIMESTAMP WITH TIME ZONE)';
    const table = tableOf(datasetOf(everyType));
    expect(tableSchema.parse(table)).toEqual(table);
    expect(table.columns.map(({ name, type }) => [name, type])).toEqual([
      ['id', 'BIGINT'],
      ['flag', 'BOOLEAN'],
      ['small', 'INTEGER'],
      ['huge', 'DECIMAL(38,0)'],
      ['ratio', 'DOUBLE'],
      ['price', 'DECIMAL(12,2)'],
      ['exact', 'DECIMAL(38,18)'],
      ['a "text", odd\'s', 'VARCHAR'],
      ['uuid', 'VARCHAR'],
      ['day', 'DATE'],
      ['time', 'VARCHAR'],
      ['moment', 'TIMESTAMP WITH TIME ZONE'],
      ['document', 'JSON'],
      ['moments', 'TIMESTAMP WITH TIME ZONE[]'],
      ['texts', 'VARCHAR[]'],
      ['leaf', leaf],
      ['leaves', `${leaf}[]`],
      ['byName', 'MAP(VARCHAR, DECIMAL(38,18))'],
      ['deep', `MAP(VARCHAR, STRUCT("inner" ${leaf}, "ratio" DOUBLE)[])`],
    ]);
  });

  it('leaves out what is dropped, and ends with unknown fields and lineage', () => {
    const email = { columnType: { type: 'varchar' }, options: { mask: 'drop' } } as const;
    const dataset = aDataset({
      columns: { email, ...aDataset().columns },
      unknownFields: 'capture',
      lineage: ['_fetched_at', '_page'],
      tableVersion: 3,
      format: { ...csv, neutralise: true },
    });
    expect(tableOf(dataset)).toEqual({
      extension: 'csv.gz',
      columns: [
        { name: 'id', type: 'BIGINT' },
        { name: 'name', type: 'VARCHAR' },
        { name: '_extra', type: 'JSON' },
        { name: '_fetched_at', type: 'TIMESTAMP WITH TIME ZONE' },
        { name: '_page', type: 'INTEGER' },
      ],
      key: ['id'],
      tableVersion: 3,
      neutralised: true,
    });
  });

  it('says nothing of what is not so', () => {
    expect(tableOf(aDataset({ format: csv }))).not.toHaveProperty('neutralised');
    expect(tableOf(aDataset({ unknownFields: 'fail' })).columns).toHaveLength(2);
  });
});

test.each<[StageFormat, string, string]>([
  [
    { type: 'parquet', compression: 'gzip', rowGroupSize: 2048, sorted: false },
    'parquet',
    'application/vnd.apache.parquet',
  ],
  [{ type: 'jsonl', compression: 'gzip', sorted: false }, 'jsonl.gz', 'application/gzip'],
  [{ type: 'jsonl', compression: 'zstd', sorted: false }, 'jsonl.zst', 'application/zstd'],
  [csv, 'csv.gz', 'application/gzip'],
  [{ ...csv, compression: 'zstd' }, 'csv.zst', 'application/zstd'],
])('objects of %j end in .%s and are %s', (format, extension, type) => {
  expect(stageExtension(format)).toBe(extension);
  expect(contentType(stageExtension(format))).toBe(type);
});
