import { readFileSync } from 'node:fs';
import { parquetMetadata, parquetReadObjects, type SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { ParquetFormat } from '../../../../core/source/source';
import { datasetOf, everyType } from './every-type';
import { knownRows } from './known-rows';
import { stageFiles } from './stage-files';

const files = stageFiles();
const parquet: ParquetFormat = { type: 'parquet', compression: 'zstd', rowGroupSize: 122_880, sorted: false };

async function bytesOf(
  query: string,
  changes: Partial<ParquetFormat> = {},
  types = everyType,
): Promise<ArrayBuffer> {
  const file = await files().write(query, datasetOf(types, { format: { ...parquet, ...changes } }));
  return new Uint8Array(readFileSync(file)).buffer;
}

/** A column of a schema as one text: 'INT64 DECIMAL(12,2)'. */
function declared({ type, converted_type, logical_type, precision, scale }: SchemaElement): string {
  const utc =
    logical_type?.type === 'TIMESTAMP' ? ` ${logical_type.unit}, UTC ${logical_type.isAdjustedToUTC}` : '';
  const digits = precision === undefined ? '' : `(${precision},${scale})`;
  return [type, converted_type && `${converted_type}${digits}${utc}`].filter(Boolean).join(' ');
}

/** Every value as it stands in the file: the reader itself would round moments to milliseconds and decimals to doubles. */
async function valuesIn(file: ArrayBuffer) {
  const metadata = parquetMetadata(file);
  for (const element of metadata.schema)
    if (element.converted_type === 'DECIMAL') delete element.converted_type;
  for (const element of metadata.schema)
    if (element.logical_type?.type === 'DECIMAL') delete element.logical_type;
  const parsers = { timestampFromMicroseconds: (micros: bigint) => micros };
  return parquetReadObjects({ file, metadata, compressors, parsers });
}

/** A decimal in a field of fixed length: its unscaled value in two's complement, the most significant byte first. */
function unscaled(value: bigint): Uint8Array {
  const hex = BigInt.asUintN(128, value).toString(16).padStart(32, '0');
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

describe("Parquet, by a reader that is not DuckDB's", () => {
  it('declares the types of the columns', async () => {
    const { schema } = parquetMetadata(await bytesOf(knownRows));
    const columns = schema.filter(({ name }) => name in everyType);
    expect(Object.fromEntries(columns.map((column) => [column.name, declared(column)]))).toEqual({
      id: 'INT64 INT_64',
      flag: 'BOOLEAN',
      small: 'INT32 INT_32',
      huge: 'FIXED_LEN_BYTE_ARRAY DECIMAL(38,0)',
      ratio: 'DOUBLE',
      price: 'INT64 DECIMAL(12,2)',
      exact: 'FIXED_LEN_BYTE_ARRAY DECIMAL(38,18)',
      'a "text", odd\'s': 'BYTE_ARRAY UTF8',
      uuid: 'BYTE_ARRAY UTF8',
      day: 'INT32 DATE',
      time: 'BYTE_ARRAY UTF8',
      moment: 'INT64 TIMESTAMP_MICROS MICROS, UTC true',
      document: 'BYTE_ARRAY JSON',
      moments: 'LIST',
      texts: 'LIST',
      leaf: '',
      leaves: 'LIST',
      byName: 'MAP',
      deep: 'MAP',
    });
    const amounts = schema.filter(({ name }) => name === 'amount').map(declared);
    expect(amounts).toEqual(Array(3).fill('FIXED_LEN_BYTE_ARRAY DECIMAL(38,18)'));
  });

  it.each(['zstd', 'snappy', 'gzip'] as const)('has the values, compressed by %s', async (compression) => {
    const [first, second, ...more] = await valuesIn(await bytesOf(knownRows, { compression }));
    expect(first).toEqual({
      id: 9007199254740993n,
      flag: true,
      small: -2147483648,
      huge: unscaled(-99999999999999999999999999999999999999n),
      ratio: 0.1,
      price: 123456789050n,
      exact: unscaled(99999999999999999999_123456789012345678n),
      'a "text", odd\'s': 'a "b", c\r\n\u0000',
      uuid: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
      day: new Date('0001-01-01T00:00:00Z'),
      time: '23:59:59.999999',
      moment: 253402300799999999n,
      document: { a: [1, 'x'] },
      moments: [1769862600000000n, null],
      texts: ['', null, 'ä'],
      leaf: { amount: unscaled(1_500000000000000000n), 'odd "name': 'y', at: null },
      leaves: [{ amount: null, 'odd "name': 'z', at: -1n }],
      byName: { k: unscaled(100000000000000000n), '': null },
      deep: { d: [{ inner: undefined, ratio: 1e308 }] },
    });
    expect(Object.values(second ?? {}).filter((value) => value != null)).toEqual([2n]);
    expect(Object.keys(second ?? {}).sort()).toEqual(Object.keys(everyType).sort());
    expect(more).toEqual([]);
  });

  it('has row groups of the size that was asked for, and rows in the order of the key', async () => {
    const types = { id: { type: 'bigint' }, text: { type: 'varchar' } } as const;
    const rows = `SELECT 4999 - range AS id, 'x' AS text FROM range(5000)`;
    const dataset = datasetOf(types, { format: { ...parquet, rowGroupSize: 2048, sorted: true } });
    const bytes = new Uint8Array(readFileSync(await files().write(rows, dataset))).buffer;
    expect(parquetMetadata(bytes).row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([
      2048, 2048, 904,
    ]);
    const read = await parquetReadObjects({ file: bytes, compressors });
    expect(read.map(({ id }) => Number(id))).toEqual([...Array(5000).keys()]);
  });

  it('has a bloom filter where at most a fifth of the values of a row group are distinct', async () => {
    const types = { id: { type: 'bigint' }, many: { type: 'varchar' }, few: { type: 'varchar' } } as const;
    const rows = `SELECT range AS id, 'v' || range % 1001 AS many, 'v' || range % 1000 AS few FROM range(5000)`;
    const [group] = parquetMetadata(await bytesOf(rows, {}, types)).row_groups;
    const filtered = group?.columns.filter(({ meta_data }) => meta_data?.bloom_filter_offset !== undefined);
    expect(filtered?.map(({ meta_data }) => meta_data?.path_in_schema)).toEqual([['few']]);
  });
});
