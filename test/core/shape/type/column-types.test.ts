import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { literal } from '../../../../core/shape/sql/sql-text';
import {
  athenaType,
  columnTypes,
  glueType,
  javascriptType,
  parquetType,
  sparkType,
} from '../../../../core/shape/type/column-types';
import { sqlType } from '../../../../core/shape/type/sql-type';
import type { Column, ColumnType } from '../../../../core/source/column';
import { CastingBench } from './casting';

const bench = new CastingBench();
const folder = mkdtempSync(join(tmpdir(), 'types-'));
afterAll(async () => {
  await bench.close();
  rmSync(folder, { recursive: true });
});

const of = (columnType: ColumnType): Column => ({ columnType, options: {} });

/** At least one of every type. */
const types: readonly ColumnType[] = [
  { type: 'boolean' },
  { type: 'integer' },
  { type: 'bigint' },
  { type: 'hugeint' },
  { type: 'double' },
  { type: 'decimal', precision: 1, scale: 0 },
  { type: 'decimal', precision: 4, scale: 2 },
  { type: 'decimal', precision: 9, scale: 9 },
  { type: 'decimal', precision: 12, scale: 2 },
  { type: 'decimal', precision: 18, scale: 0 },
  { type: 'decimal', precision: 38, scale: 18 },
  { type: 'varchar' },
  { type: 'uuid' },
  { type: 'date' },
  { type: 'time' },
  { type: 'timestamp' },
  { type: 'json' },
  { type: 'list', of: of({ type: 'integer' }) },
  {
    type: 'struct',
    fields: { a: of({ type: 'decimal', precision: 5, scale: 1 }), b: of({ type: 'varchar' }) },
  },
  { type: 'map', of: of({ type: 'timestamp' }) },
  {
    type: 'list',
    of: of({ type: 'struct', fields: { m: of({ type: 'map', of: of({ type: 'bigint' }) }) } }),
  },
];

test('no type is left out', () => {
  expect(new Set(types.map(({ type }) => type))).toEqual(new Set(Object.keys(columnTypes)));
});

test.each(types.map((type) => [sqlType(type), type] as const))(
  'Parquet has %s as the table says',
  async (sql, type) => {
    const connection = await bench.connection();
    const file = literal(join(folder, 'types.parquet'));
    await connection.run(`COPY (SELECT CAST(NULL AS ${sql}) AS a) TO ${file} (FORMAT parquet)`);
    const schema = await connection.runAndReadAll(
      `SELECT name, type, type_length, num_children, converted_type, logical_type FROM parquet_schema(${file})`,
    );
    const elements = schema.getRowObjectsJson().map((row) => ({
      name: String(row.name),
      type: row.type === null ? '' : String(row.type),
      length: row.type_length === null ? '' : `(${String(row.type_length)})`,
      children: Number(row.num_children ?? 0),
      logical:
        row.logical_type === null ? (converted[String(row.converted_type)] ?? '') : String(row.logical_type),
    }));
    expect(described(elements.slice(1)).text).toBe(parquetType(type));
    const read = await connection.runAndReadAll(`SELECT typeof(a) FROM ${file}`);
    expect(read.getRows()).toEqual([[sql.replaceAll(/"(\w+)" /g, '$1 ')]]);
  },
);

test('names for other readers', () => {
  const nested = types.at(-1) ?? { type: 'json' };
  expect(glueType(nested)).toBe('array<struct<m:map<string,bigint>>>');
  expect(sparkType(nested)).toBe('array<struct<m:map<string,bigint>>>');
  expect(athenaType(nested)).toBe('array(row(m map(varchar, bigint)))');
  expect(javascriptType(nested)).toBe('readonly ({ m: ReadonlyMap<string, bigint | null> | null } | null)[]');
  expect(types.map(glueType).slice(0, 18)).toEqual([
    'boolean',
    'int',
    'bigint',
    'decimal(38,0)',
    'double',
    'decimal(1,0)',
    'decimal(4,2)',
    'decimal(9,9)',
    'decimal(12,2)',
    'decimal(18,0)',
    'decimal(38,18)',
    'string',
    'string',
    'date',
    'string',
    'timestamp',
    'string',
    'array<int>',
  ]);
});

/** LogicalTypes.md, "Compatibility": what a converted type alone means. */
const converted: Readonly<Record<string, string>> = {
  INT_32: 'INT(32, true)',
  INT_64: 'INT(64, true)',
  UTF8: 'STRING',
  DATE: 'DATE',
  LIST: 'LIST',
  MAP: 'MAP',
};

interface Element {
  readonly name: string;
  readonly type: string;
  readonly length: string;
  readonly children: number;
  readonly logical: string;
}

/** The first of some schema elements in the words of the table, and how many it took. */
function described(elements: readonly Element[]): { text: string; taken: number } {
  const [first] = elements;
  if (first === undefined) throw new Error('the schema ends too early');
  const children: { name: string; text: string }[] = [];
  let taken = 1;
  for (let child = 0; child < first.children; child += 1) {
    const { text, taken: more } = described(elements.slice(taken));
    children.push({ name: elements[taken]?.name ?? '', text });
    taken += more;
  }
  const texts = children.map(({ text }) => text);
  const inner = texts.join(', ');
  if (first.children === 0) return { text: leaf(first), taken };
  // A list is a group of a repeated group of an element, a map one of a repeated group of key and value
  if (first.logical === 'LIST') return { text: `LIST(${unwrapped(inner)})`, taken };
  if (first.logical === 'MAP') return { text: `MAP(${unwrapped(inner)})`, taken };
  if (first.name === 'list' || first.name === 'key_value') return { text: `WRAP(${inner})`, taken };
  return { text: `GROUP(${children.map(({ name, text }) => `${name} ${text}`).join(', ')})`, taken };
}

function unwrapped(text: string): string {
  expect(text).toMatch(/^WRAP\(.*\)$/);
  return text.slice('WRAP('.length, -1);
}

function leaf({ type, length, logical }: Element): string {
  return `${type}${type === 'FIXED_LEN_BYTE_ARRAY' ? length : ''} ${logicalName(logical)}`.trim();
}

function logicalName(logical: string): string {
  const number = (key: string) => new RegExp(`${key}=(\\d+)`).exec(logical)?.[1];
  if (logical.startsWith('DecimalType')) return `DECIMAL(${number('precision')}, ${number('scale')})`;
  if (logical.startsWith('TimestampType'))
    return `TIMESTAMP(${/MICROS/.test(logical) ? 'MICROS' : '?'}, ${/isAdjustedToUTC=(1|true)/.test(logical) ? 'UTC' : 'local'})`;
  return logical === 'JsonType()' ? 'JSON' : logical;
}
