import fc from 'fast-check';
import { PermanentError } from '../../../../core/errors';
import { tableDefinition } from '../../../../core/run/catalog/table-definition';
import type { Pointer } from '../../../../core/run/publish/pointer';
import { sqlType } from '../../../../core/shape/type/sql-type';
import { isGlueType } from '../../../../local/aws/glue-type';
import { aPointer } from './a-pointer';
import { anyColumnType, columnName } from './column-types-arbitrary';

const define = (pointer: Pointer) => tableDefinition(pointer, { name: 'shop_orders', bucket: 'lake' });

test('says where the run is, what its columns are, and what it holds', () => {
  const { name, location, columns, parameters } = define(aPointer(31));
  expect(name).toBe('shop_orders');
  expect(location).toBe('s3://lake/stage/shop/orders/run=2026-01-31t03-00-00-000z/');
  expect(columns).toEqual([
    { name: 'id', type: 'bigint' },
    { name: 'placedat', type: 'timestamp' },
  ]);
  expect(parameters).toEqual({
    EXTERNAL: 'TRUE',
    classification: 'parquet',
    'baseload.runId': '2026-01-31t03-00-00-000z',
    'baseload.source': 'shop',
    'baseload.dataset': 'orders',
    'baseload.key': 'id',
    'baseload.tableVersion': '1',
    'baseload.records': '1031',
    'baseload.watermark': '2026-01-31T03:00:00.000Z',
    'baseload.publishedAt': '2026-01-31T03:04:11.209Z',
    'baseload.manifest': 's3://lake/runs/shop/orders/2026-01-31t03-00-00-000z/manifest.json',
  });
});

test.each([
  ['parquet', 'ParquetHiveSerDe', 'parquet', 'bigint'],
  ['jsonl.gz', 'org.openx.data.jsonserde.JsonSerDe', 'json', 'bigint'],
  ['jsonl.zst', 'org.openx.data.jsonserde.JsonSerDe', 'json', 'bigint'],
  ['csv.gz', 'org.apache.hadoop.hive.serde2.OpenCSVSerde', 'csv', 'string'],
  ['csv.zst', 'org.apache.hadoop.hive.serde2.OpenCSVSerde', 'csv', 'string'],
] as const)('%s is read with %s', (extension, serde, classification, type) => {
  const { format, columns, parameters } = define(aPointer(31, { extension }));
  expect(format.serde).toMatch(new RegExp(`${serde}$`));
  expect(parameters.classification).toBe(classification);
  expect(parameters['skip.header.line.count']).toBe(classification === 'csv' ? '1' : undefined);
  expect(columns[0]?.type).toBe(type);
});

test('a backslash in CSV is no escape character, and nothing that a line holds is', () => {
  const { serdeParameters } = define(aPointer(31, { extension: 'csv.gz' })).format;
  expect(serdeParameters).toEqual({ separatorChar: ',', quoteChar: '"', escapeChar: '\u0001' });
});

test('any columns become names and types that Glue takes', () => {
  const columns = fc.uniqueArray(fc.record({ name: columnName, type: anyColumnType.map(sqlType) }), {
    minLength: 1,
    maxLength: 6,
    selector: ({ name }) => name.toLowerCase(),
  });
  fc.assert(
    fc.property(columns, (given) => {
      const { columns: made } = define(aPointer(31, { columns: given }));
      expect(made.map(({ name }) => name)).toEqual(given.map(({ name }) => name.toLowerCase()));
      expect(made.filter(({ type }) => !isGlueType(type))).toEqual([]);
      expect(new Set(made.map(({ name }) => name)).size).toBe(made.length);
    }),
  );
});

test('a pointer that names no columns is refused', () => {
  expect(() => define(aPointer(31, { columns: [] }))).toThrow(PermanentError);
  expect(() => define(aPointer(31, { columns: [] }))).toThrow(
    'run 2026-01-31t03-00-00-000z of shop/orders was published before its columns were kept, so no table can be made of it: load it again',
  );
});
