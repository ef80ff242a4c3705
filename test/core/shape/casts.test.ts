import type { ColumnOptions, ColumnType } from '../../../core/source/column';
import { column, dataset, ShapingBench } from './shaping';

const bench = new ShapingBench();
afterAll(() => bench.close());

const quarantined = Symbol('quarantined');

/** Shapes one JSON value (as text) as a column of a type. */
async function shapeValue(type: ColumnType, json: string, options: ColumnOptions = {}): Promise<unknown> {
  const of = dataset({ a: column(type, undefined, options) });
  const { rows, unfit, received } = await bench.shape(of, [`{"data":[{"a":${json}}]}`]);
  expect(received).toBe(1);
  if (unfit.length === 0) return rows[0]?.a;
  expect(unfit[0]).toMatchObject({ column: 'a', page: 0, position: 0 });
  expect(unfit[0]?.line).toContain(`"record":{"a":${json}}`);
  return quarantined;
}

type Case = [json: string, value: unknown];

const numbers: Case[] = [
  ['null', null],
  ['""', null],
  ['" \\t\\r\\n"', null],
  ['1.5', quarantined],
  ['"1.5"', quarantined],
  ['1e3', quarantined],
  ['"1e3"', quarantined],
  ['1.0', quarantined],
  ['" 12abc"', quarantined],
  ['"1_000"', quarantined],
  ['"0x1F"', quarantined],
  ['"٣"', quarantined],
  ['true', quarantined],
  ['[1]', quarantined],
  ['{"a":1}', quarantined],
];

describe('bigint', () => {
  test.each<Case>([
    ...numbers,
    ['9007199254740993', '9007199254740993'],
    ['"-9223372036854775808"', '-9223372036854775808'],
    ['9223372036854775808', quarantined],
    ['123456789012345678901234567890', quarantined],
    ['" 12 "', '12'],
    ['"\\t12\\n"', '12'],
    ['"+5"', '5'],
    ['"-0"', '0'],
    ['"007"', '7'],
  ])('%s', async (json, value) => expect(await shapeValue({ type: 'bigint' }, json)).toBe(value));
});

describe('integer', () => {
  test.each<Case>([...numbers, ['2147483647', 2147483647], ['2147483648', quarantined]])(
    '%s',
    async (json, value) => expect(await shapeValue({ type: 'integer' }, json)).toBe(value),
  );
});

describe('decimal(20, 3)', () => {
  test.each<Case>([
    ['"12345678901234567.891"', '12345678901234567.891'],
    ['"12345678901234567.8910"', '12345678901234567.891'],
    ['"12345678901234567.8911"', quarantined],
    ['"123456789012345678.1"', quarantined],
    ['19.99', '19.990'],
    ['12345678901234567', '12345678901234567.000'],
    ['123456789012.345', '123456789012.345'],
    ['-0.123', '-0.123'],
    ['12345678901234567.891', quarantined],
    ['1234567890123456.7', quarantined],
    ['"1234567890123456.7"', '1234567890123456.700'],
    ['0.0004', quarantined],
    ['1e-7', quarantined],
    ['1e21', quarantined],
    ['"1e3"', '1000.000'],
    ['"1000000000000000.0000e1"', '10000000000000000.000'],
    ['"10000000000000000.0000e1"', quarantined],
    ['"10000.0000e20"', quarantined],
    ['"1500e-4"', '0.150'],
    ['"1501e-4"', quarantined],
    ['"+.5"', '0.500'],
    ['"5."', '5.000'],
    ['"1,5"', quarantined],
    ['"1_000"', quarantined],
    ['"NaN"', quarantined],
    ['"."', quarantined],
    ['null', null],
    ['""', null],
    ['[1]', quarantined],
  ])('%s', async (json, value) =>
    expect(await shapeValue({ type: 'decimal', precision: 20, scale: 3 }, json)).toBe(value),
  );
});

test('a bare whole number keeps 38 digits as a decimal', async () => {
  const digits = '12345678901234567890123456789012345678';
  expect(await shapeValue({ type: 'decimal', precision: 38, scale: 0 }, digits)).toBe(digits);
});

describe('double', () => {
  test.each<Case>([
    ['0.1', 0.1],
    ['1e300', 1e300],
    ['"1E5"', 1e5],
    ['5', 5],
    ['"1e400"', quarantined],
    ['1e400', quarantined],
    ['"NaN"', quarantined],
    ['"Infinity"', quarantined],
    ['"-inf"', quarantined],
    ['"1_000.5"', quarantined],
    ['" 1.5 "', 1.5],
    ['"1.5x"', quarantined],
    ['true', quarantined],
    ['{}', quarantined],
  ])('%s', async (json, value) => expect(await shapeValue({ type: 'double' }, json)).toBe(value));
});

describe('boolean', () => {
  test.each<Case>([
    ['true', true],
    ['"false"', false],
    ['"1"', true],
    ['0', false],
    ['"yes"', quarantined],
    ['"t"', quarantined],
    ['"TRUE"', quarantined],
    ['2', quarantined],
    ['""', null],
    ['[true]', quarantined],
  ])('%s', async (json, value) => expect(await shapeValue({ type: 'boolean' }, json)).toBe(value));
});

describe('date', () => {
  test.each<Case>([
    ['"2024-02-29"', '2024-02-29'],
    ['" 2024-02-29 "', '2024-02-29'],
    ['"2024-02-30"', quarantined],
    ['"2024-2-9"', quarantined],
    ['"2024/02/09"', quarantined],
    ['"2024-02-09T00:00:00Z"', quarantined],
    ['"epoch"', quarantined],
    ['"12024-01-05"', quarantined],
    ['"0044-03-15 (BC)"', quarantined],
    ['"infinity"', quarantined],
    ['"0000-01-01"', quarantined],
    ['20240209', quarantined],
  ])('%s', async (json, value) => expect(await shapeValue({ type: 'date' }, json)).toBe(value));
});

describe('timestamp', () => {
  test.each<Case>([
    ['"2024-01-05T10:00:00Z"', '2024-01-05 10:00:00'],
    ['"2024-01-05T10:00:00.123Z"', '2024-01-05 10:00:00.123'],
    ['"2024-01-05T10:00:00.1234567Z"', '2024-01-05 10:00:00.123456'],
    ['"2024-01-05T10:00:00+02:00"', '2024-01-05 08:00:00'],
    ['"2024-01-05T10:00:00-0530"', '2024-01-05 15:30:00'],
    ['"2024-01-05T10:00:00+02"', '2024-01-05 08:00:00'],
    ['"2024-01-05T10:00Z"', '2024-01-05 10:00:00'],
    ['"2024-01-05T10:00+02:00"', '2024-01-05 08:00:00'],
    ['"2024-01-05T10:00"', '2024-01-05 10:00:00'],
    ['"2024-01-05 10:00:00"', '2024-01-05 10:00:00'],
    ['"2024-01-05"', '2024-01-05 00:00:00'],
    ['"2024-01-05T24:00:00Z"', '2024-01-06 00:00:00'],
    ['"9999-12-31T23:59:59.999999Z"', '9999-12-31 23:59:59.999999'],
    ['"2024-02-30T10:00:00Z"', quarantined],
    ['"2024-01-05T10:00:60Z"', quarantined],
    ['"2024-01-05T10:00:00+99:99"', quarantined],
    ['"2024-01-05T10:00:00 Europe/Berlin"', quarantined],
    ['"2024-01-05 10:00:00 UTC"', quarantined],
    ['"-024-01-05T10:00:00Z"', quarantined],
    ['"01/05/2024"', quarantined],
    ['1704448800', quarantined],
    ['"infinity"', quarantined],
  ])('%s', async (json, value) => expect(await shapeValue({ type: 'timestamp' }, json)).toBe(value));
});

describe('varchar', () => {
  test.each<Case>([
    ['" a b\\t"', 'a b'],
    ['"\\u00a0a"', '\u00a0a'],
    ['"a\\u0000b"', 'a\u0000b'],
    ['"\\u0000"', '\u0000'],
    ['"\\ud83d\\ude00"', '😀'],
    ['{"b": [1, 2]}', '{"b":[1,2]}'],
    ['12345678901234567890', '12345678901234567890'],
    // DuckDB reads a bare decimal through a double: a quoted one keeps its digits
    ['12345678901234567890.123', '12345678901234567000.0'],
    ['"12345678901234567890.123"', '12345678901234567890.123'],
    ['false', 'false'],
  ])('%s', async (json, value) => expect(await shapeValue({ type: 'varchar' }, json)).toBe(value));

  test('verbatim keeps white space and the empty text', async () => {
    expect(await shapeValue({ type: 'varchar' }, '" a "', { verbatim: true })).toBe(' a ');
    expect(await shapeValue({ type: 'varchar' }, '""', { verbatim: true })).toBe('');
    expect(await shapeValue({ type: 'varchar' }, 'null', { verbatim: true })).toBe(null);
  });
});

describe('json', () => {
  test.each<Case>([
    ['"a"', '"a"'],
    ['" "', '" "'],
    ['{"b": [1, "2"]}', '{"b":[1,"2"]}'],
    ['5', '5'],
    ['null', null],
  ])('%s', async (json, value) => expect(await shapeValue({ type: 'json' }, json)).toBe(value));
});

describe('options', () => {
  test('nullIf compares after trimming, whatever the type', async () => {
    const options = { nullIf: ["it's", '-1'] };
    expect(await shapeValue({ type: 'bigint' }, '-1', options)).toBe(null);
    expect(await shapeValue({ type: 'bigint' }, '" -1"', options)).toBe(null);
    expect(await shapeValue({ type: 'varchar' }, '"it\'s "', options)).toBe(null);
    expect(await shapeValue({ type: 'varchar' }, '"its"', options)).toBe('its');
  });

  test('sql sees the cleaned text, null too, and its result is cast', async () => {
    const upper = { sql: 'upper(value) -- to capitals' };
    expect(await shapeValue({ type: 'varchar' }, '" de "', upper)).toBe('DE');
    expect(await shapeValue({ type: 'varchar' }, 'null', { sql: "coalesce(value, 'none')" })).toBe('none');
    const epoch = { sql: 'make_timestamp(value::bigint * 1000000)' };
    expect(await shapeValue({ type: 'timestamp' }, '1704448800', epoch)).toBe('2024-01-05 10:00:00');
    expect(await shapeValue({ type: 'bigint' }, '"1.500"', { sql: "replace(value, '.', '')" })).toBe('1500');
    expect(await shapeValue({ type: 'varchar' }, '"-"', { sql: "replace(value, '-', '')" })).toBe(null);
    expect(await shapeValue({ type: 'timestamp' }, '"soon"', epoch)).toBe(quarantined);
    expect(await shapeValue({ type: 'json' }, '"[1]"', { sql: "value ->> '$'" })).toBe('[1]');
    expect(await shapeValue({ type: 'json' }, '"x"', { sql: "value ->> '$'" })).toBe(quarantined);
  });

  test.each(['null', '""', '" "', '"n/a"', '"-"'])('required refuses %s', async (json) => {
    const options = { required: true, nullIf: ['n/a'], sql: "replace(value, '-', '')" };
    expect(await shapeValue({ type: 'varchar' }, json, options)).toBe(quarantined);
  });
});
