import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { findColumns } from '../../../core/discover/find-columns';
import { isList, isObject, type Json, JsonNumber, readJson } from '../../../core/discover/json-tree';
import { cast } from '../../../core/shape/type/cast';
import { castDocument, fitsDocument } from '../../../core/shape/type/document';
import { fits } from '../../../core/shape/type/fits';
import type { ColumnType } from '../../../core/source/column';
import { toJsonPath } from '../../../core/source/path';

/** The JSON of values, with numbers as they are written. */
class Raw {
  constructor(readonly text: string) {}
}

function jsonOf(value: unknown): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, inner]) => `${JSON.stringify(key)}:${jsonOf(inner)}`)
      .join(',')}}`;
  return JSON.stringify(value) ?? 'null';
}

function columnsOf(records: readonly unknown[]) {
  const parsed = readJson(jsonOf(records));
  return findColumns(isList(parsed) ? parsed : []);
}

function typesOf(values: readonly unknown[], name = 'field'): string[] {
  return columnsOf(values.map((value) => ({ [name]: value }))).columns.map(({ type }) =>
    JSON.stringify(type),
  );
}

const simple = (type: string) => JSON.stringify({ type });

describe('the type of a field', () => {
  test.each<[string, readonly unknown[], string]>([
    ['whole numbers', [1, -5, 0], simple('bigint')],
    ['numbers beyond 2^53', [new Raw('9007199254740993'), new Raw('9223372036854775807')], simple('bigint')],
    ['numbers beyond 64 bits', [new Raw('9223372036854775808')], simple('hugeint')],
    ['numbers beyond 38 digits', [new Raw('1'.repeat(39))], simple('varchar')],
    ['fractions', [1, new Raw('2.5')], simple('double')],
    ['numbers beyond a double', [new Raw('1e400'), 1], simple('varchar')],
    [
      'quoted decimals',
      ['12.50', '-3.5', '100'],
      JSON.stringify({ type: 'decimal', precision: 12, scale: 2 }),
    ],
    ['quoted digits, which may be postal codes', ['10115', '80331'], simple('varchar')],
    ['digits with zeros in front', ['01.5', '2.5'], simple('varchar')],
    ['flags', [true, false, null], simple('boolean')],
    ['flags as text', ['true', 'false', ''], simple('boolean')],
    ['UUIDs', ['0c0f9d1e-5ad4-4b6c-9d5a-000000000000'], simple('uuid')],
    ['days', ['2024-02-29', '1999-12-31'], simple('date')],
    ['a day that is none', ['2024-02-30', '1999-12-31'], simple('varchar')],
    ['moments', ['2024-02-29T10:00:00Z', '2024-02-29T10:00:00.123+02:00'], simple('timestamp')],
    ['moments that are too fine', ['2024-02-29T10:00:00.123456789Z'], simple('varchar')],
    ['a moment that is none', ['2024-02-29T24:00:00Z'], simple('varchar')],
    ['times', ['10:30:00', '23:59:59.5'], simple('time')],
    [
      'lists of texts',
      [['a'], [], ['b', null]],
      JSON.stringify({ type: 'list', of: { columnType: { type: 'varchar' }, options: {} } }),
    ],
    ['lists of objects', [[{ a: 1 }]], simple('json')],
    ['objects and texts', [{ a: 1 }, 'x'], simple('json')],
    [
      'an object whose keys are days',
      [{ '2024-01-01': 1 }, { '2024-01-02': 2 }],
      JSON.stringify({ type: 'map', of: { columnType: { type: 'bigint' }, options: {} } }),
    ],
    ['numbers and texts', [1, 'x'], simple('varchar')],
  ])('%s', (_, values, expected) => {
    expect(typesOf(values)).toEqual([expected]);
  });

  test('numbers are moments where the name and the range say so, and that is to be checked', () => {
    const [column] = columnsOf([
      { created_at: 1_700_000_000_000 },
      { created_at: 1_600_000_000_000 },
    ]).columns;
    expect(column).toMatchObject({
      type: { type: 'timestamp', format: 'epoch-millis' },
      checks: [expect.stringContaining('2023-11-14')],
    });
    expect(typesOf([1_700_000_000], 'views')).toEqual([simple('bigint')]);
  });

  test('a version is no number', () => {
    expect(typesOf(['1.10', '1.9'], 'apiVersion')).toEqual([simple('varchar')]);
  });
});

describe('columns', () => {
  test('objects become columns two levels deep, and JSON below', () => {
    const { columns } = columnsOf([{ id: 1, a: { b: { c: { d: 1 } }, e: 2 } }]);
    expect(columns.map(({ name, path, type }) => [name, path.join('/'), type.type])).toEqual([
      ['id', 'id', 'bigint'],
      ['aBC', 'a/b/c', 'json'],
      ['aE', 'a/e', 'bigint'],
    ]);
  });

  test('names follow the source, differ in more than case, and leave out what tables need', () => {
    const record = {
      id: 1,
      ID: 2,
      first_name: 'a',
      address: { zip_code: '1' },
      run: 1,
      _page: 2,
      größe: 3,
      '2nd': 4,
      attributes: { title: 'x', id: 9 },
    };
    const { columns } = columnsOf([record]);
    expect(columns.map(({ name }) => name)).toEqual([
      ...['id', 'ID_2', 'first_name', 'address_zip_code', 'run_value', 'page_value', 'gro_e', 'field_2nd'],
      ...['title', 'attributes_id'],
    ]);
  });

  test('no more than 200, and no field that a path cannot name; what is left out is said', () => {
    const wide = Object.fromEntries(Array.from({ length: 205 }, (_, at) => [`f${at}`, at]));
    const { columns, leftOut } = columnsOf([{ ...wide, '': 1, '*': 2 }]);
    expect(columns).toHaveLength(200);
    expect(leftOut).toEqual(['""', '"*"', 'f200', 'f201', 'f202', 'f203', 'f204']);
  });

  test('a key called __proto__ is a field like any other', () => {
    const { columns } = findColumns([readJson('{"id":1,"__proto__":{"x":2}}')]);
    expect(columns.map(({ name, path }) => [name, path.join('.')])).toEqual([
      ['id', 'id'],
      ['protoX', '__proto__.x'],
    ]);
  });
});

const digits = (most: number) =>
  fc
    .integer({ min: 1, max: most })
    .chain((length) => fc.stringMatching(new RegExp(`^[1-9][0-9]{${length - 1}}$`)));
const signed = (most: number) =>
  fc.tuple(fc.constantFrom('', '-'), digits(most)).map(([sign, text]) => sign + text);
const moment = fc.date({
  min: new Date('0002-01-01T00:00:00Z'),
  max: new Date('9998-12-31T00:00:00Z'),
  noInvalidDate: true,
});

/** What one field of an API may hold. */
const kinds: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'whole numbers': signed(19).map((text) => new Raw(text)),
  'large numbers': signed(38).map((text) => new Raw(text)),
  'larger numbers': signed(45).map((text) => new Raw(text)),
  fractions: fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => new Raw(JSON.stringify(value))),
  decimals: fc
    .tuple(signed(18), fc.stringMatching(/^[0-9]{1,6}$/))
    .map(([whole, fraction]) => `${whole}.${fraction}`),
  moments: moment.map((date) => date.toISOString()),
  'moments with offsets': fc
    .tuple(moment, fc.constantFrom('+02:00', '-0530', '', 'Z'))
    .map(([date, offset]) => date.toISOString().replace(/\.\d+Z$/, offset)),
  days: moment.map((date) => date.toISOString().slice(0, 10)),
  times: moment.map((date) => date.toISOString().slice(11, 23)),
  uuids: fc.uuid(),
  flags: fc.boolean(),
  texts: fc.string(),
  'numbers as texts': signed(10),
  lists: fc.array(
    fc.oneof(
      signed(15).map((text) => new Raw(text)),
      fc.constant(null),
    ),
    { maxLength: 4 },
  ),
  'lists of texts': fc.array(fc.string(), { maxLength: 4 }),
  nothing: fc.constant(null),
};

const fieldValues = fc.oneof(
  ...Object.values(kinds).map((kind) =>
    fc.array(fc.option(kind, { freq: 8 }), { minLength: 1, maxLength: 8 }),
  ),
  fc.array(fc.oneof(...Object.values(kinds)), { minLength: 1, maxLength: 8 }),
);

test('a proposed type takes every value that was seen, exactly as it is cleaned', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  await fc.assert(
    fc.asyncProperty(fieldValues, async (values) => {
      const records = values.map((value) => jsonOf({ field: value }));
      const { columns } = findColumns(records.map((record) => readJson(record)));
      for (const { path, type, values: said } of columns) {
        for (const [at, record] of records.entries()) {
          const row = await connection.runAndReadAll(statement(type, toJsonPath(path)), [record]);
          const [[isFit, isNull] = []] = row.getRows();
          expect([jsonOf(values[at]), type.type, isFit]).toEqual([jsonOf(values[at]), type.type, true]);
          if (!isNothing(said[at]))
            expect([jsonOf(values[at]), type.type, isNull]).toEqual([jsonOf(values[at]), type.type, false]);
        }
      }
    }),
    { numRuns: 150 },
  );
  connection.closeSync();
  instance.closeSync();
}, 60_000);

/** Null, or a text of which nothing is left when it is trimmed. */
function isNothing(value: Json | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'string' && /^[ \t\n\r]*$/.test(value));
}

/** Whether the type takes the value at a path of the record in $1, and whether that is NULL. */
function statement(type: ColumnType, path: string): string {
  const isNested =
    type.type === 'json' || type.type === 'list' || type.type === 'struct' || type.type === 'map';
  const text = isNested
    ? `CAST(nullif(json_extract(CAST($1 AS JSON), '${path}'), 'null') AS VARCHAR)`
    : `json_extract_string(CAST($1 AS JSON), '${path}')`;
  const value = isNested ? castDocument(type, 'text') : cast(type, 'text');
  const fit = isNested ? fitsDocument(type, 'text', 'value') : fits(type, 'text', 'value');
  return `SELECT ${fit ?? 'true'}, value IS NULL FROM (SELECT text, ${value} AS value FROM (SELECT ${text} AS text))`;
}

test('what is read keeps numbers, keys and the first of two', () => {
  const read = readJson('{"a":9007199254740993,"b":1.10,"a":2,"__proto__":[{"x":"\\u00e9\\"}"}]}');
  if (!isObject(read)) throw new Error('no object');
  expect(read.get('a')).toEqual(new JsonNumber('9007199254740993'));
  expect(read.get('b')).toEqual(new JsonNumber('1.10'));
  expect(read.get('__proto__')).toEqual([new Map([['x', 'é"}']])]);
});

test('reading agrees with JSON.parse for any value', () => {
  const plain = (value: Json): unknown => {
    if (isList(value)) return value.map(plain);
    if (isObject(value)) return new Map([...value].map(([key, inner]) => [key, plain(inner)]));
    return value instanceof JsonNumber ? Number(value.text) : value;
  };
  const mapped = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(mapped);
    if (typeof value === 'object' && value !== null)
      return new Map(Object.entries(value).map(([key, inner]) => [key, mapped(inner)]));
    return value;
  };
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(undefined, 2), (json, space) => {
      const text = JSON.stringify(JSON.parse(json), null, space);
      expect(plain(readJson(text))).toEqual(mapped(JSON.parse(text)));
    }),
  );
  const deep = `${'[{"a":'.repeat(5000)}"]}"${'}]'.repeat(5000)}`;
  expect(isList(readJson(deep))).toBe(true);
});
