import type { ColumnOptions, ColumnType } from '../../../../core/source/column';
import { column, dataset, ShapingBench } from '../shaping';

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

describe('after cleaning', () => {
  test('a replacement cuts the digits beyond microseconds, as docs/shaping.md says', async () => {
    const options = { replace: { pattern: '(\\.\\d{6})\\d+', with: '\\1' } };
    for (const [text, value] of [
      ['2024-01-05T10:00:00.1234567Z', '2024-01-05 10:00:00.123456+00'],
      ['2024-01-05T10:00:00.123456789+02:00', '2024-01-05 08:00:00.123456+00'],
      ['2024-01-05T10:00:00.999999999-0530', '2024-01-05 15:30:00.999999+00'],
      ['2024-01-05 10:00:00.0000001', '2024-01-05 10:00:00+00'],
      ['2024-01-05T10:00:00.123Z', '2024-01-05 10:00:00.123+00'],
      ['2024-01-05T10:00:00Z', '2024-01-05 10:00:00+00'],
    ]) {
      expect(await shapeValue({ type: 'timestamp' }, JSON.stringify(text), options)).toBe(value);
    }
    expect(await shapeValue({ type: 'timestamp' }, '"2024-01-05T10:00:00.1234567Z"')).toBe(quarantined);
  });

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
    expect(await shapeValue({ type: 'timestamp' }, '1704448800', epoch)).toBe('2024-01-05 10:00:00+00');
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
