import fc from 'fast-check';
import { compareValues, readValue } from '../../../../core/source/check/read-value';
import type { ColumnType } from '../../../../core/source/column';

const decimal = { type: 'decimal', precision: 5, scale: 2 } as const;

const taken: readonly (readonly [ColumnType, readonly string[]])[] = [
  [{ type: 'integer' }, ['0', '-2147483648', '2147483647', '+7', '007']],
  [{ type: 'bigint' }, ['-9223372036854775808', '9223372036854775807']],
  [{ type: 'hugeint' }, [`-${'9'.repeat(38)}`, '9'.repeat(38)]],
  [decimal, ['999.99', '-999.99', '1', '.5', '1.', '1.500', '0001.5']],
  [{ type: 'double' }, ['1.5', '-1e308', '.5', '5.', '1E3']],
  [{ type: 'boolean' }, ['true', 'false', '1', '0']],
  [{ type: 'varchar' }, ['', 'a']],
  [
    { type: 'uuid' },
    [
      '6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
      '6F9619FF8B864D01B42D00CF4FC964FF',
      '{6f9619ff-8b86-4d01-b42d-00cf4fc964ff}',
      'urn:uuid:6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
    ],
  ],
  [{ type: 'date' }, ['2024-02-29', '0001-01-01', '9999-12-31']],
  [{ type: 'time' }, ['00:00', '23:59:59.999999']],
  [
    { type: 'timestamp' },
    ['2024-02-29', '2024-02-29T12:00', '2024-02-29 12:00:00.5+02', '2024-02-29T12:00:00.123456-0330'],
  ],
];

const refused: readonly (readonly [ColumnType, readonly string[]])[] = [
  [{ type: 'integer' }, ['', ' 1', '1.5', '1e3', 'abc', '2147483648', '0x1F', '1_000']],
  [{ type: 'bigint' }, ['9223372036854775808', '--1', '٣']],
  [{ type: 'hugeint' }, [`1${'0'.repeat(38)}`]],
  [decimal, ['', '.', '-', '1000', '1.005', '1e2', 'NaN']],
  [{ type: 'double' }, ['', '.', 'NaN', 'Infinity', '1e400', '1_0']],
  [{ type: 'boolean' }, ['yes', 'TRUE', '']],
  [{ type: 'uuid' }, ['6f9619ff', '6f9619ff8b86-4d01-b42d-00cf4fc964ff', '']],
  [{ type: 'date' }, ['2024-02-30', '2023-02-29', '0000-01-01', '2024-2-1', '2024-01-01T00:00:00Z', '']],
  [{ type: 'time' }, ['24:00', '12', '12:60', '12:00:00.1234567', '12:00Z']],
  [{ type: 'timestamp' }, ['2024-02-30T00:00:00Z', '2024-01-01T', '2024-01-01T25:00', '2024-01-01+02', '']],
  [{ type: 'json' }, ['{}', '1']],
  [{ type: 'list', of: { columnType: { type: 'integer' }, options: {} } }, ['[1]']],
];

test.each(taken)('%j is said by %j', (type, texts) => {
  expect(texts.filter((text) => readValue(type, text) === undefined)).toEqual([]);
});

test.each(refused)('%j is not said by %j', (type, texts) => {
  expect(texts.filter((text) => readValue(type, text) !== undefined)).toEqual([]);
});

/** Whether a comes before b, by their texts. */
function order(type: ColumnType, a: string, b: string): number {
  const [left, right] = [readValue(type, a), readValue(type, b)];
  if (left === undefined || right === undefined) throw new Error(`${a} and ${b} are no ${type.type}`);
  return compareValues(left, right);
}

test('numbers are compared with all their digits', () => {
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 37n), 10n ** 37n), fc.bigInt(-3n, 3n), (number, step) => {
      const others = [String(number), String(number + step)] as const;
      expect(order({ type: 'hugeint' }, ...others)).toBe(step > 0n ? -1 : Number(step < 0n));
      const scaled = others.map(
        (text) => `${BigInt(text) / 10n}.${`${BigInt(text) % 10n}`.replace('-', '')}`,
      );
      const [a = '', b = ''] = scaled;
      // A minus sign is lost with a whole part of 0.
      fc.pre(number > 50n || number < -50n);
      expect(order({ type: 'decimal', precision: 38, scale: 1 }, a, b)).toBe(
        step > 0n ? -1 : Number(step < 0n),
      );
    }),
  );
});

test('moments are compared as moments, wherever they are written', () => {
  expect(order({ type: 'timestamp' }, '2024-01-01T00:00:00+01:00', '2023-12-31T23:00:00Z')).toBe(0);
  expect(order({ type: 'timestamp' }, '2024-01-01T00:00-03:30', '2024-01-01T03:30')).toBe(0);
  expect(order({ type: 'timestamp' }, '9999-12-31T23:59:59.999998Z', '9999-12-31T23:59:59.999999Z')).toBe(-1);
  expect(order({ type: 'time' }, '09:00', '08:59:59.999999')).toBe(1);
  expect(order({ type: 'date' }, '0099-12-31', '0100-01-01')).toBe(-1);
});

test('texts are compared by their bytes, as DuckDB does', () => {
  // U+FF5E comes before U+1F600, though its UTF-16 unit is the larger one.
  expect(order({ type: 'varchar' }, '\u{ff5e}', '\u{1f600}')).toBeLessThan(0);
});
