import type { Column, ColumnType } from '../../../../core/source/column';
import { CastingBench, unfit } from './casting';

const bench = new CastingBench();
afterAll(() => bench.close());

type Case = readonly [json: string, value: unknown];

function documents(name: string, type: ColumnType, cases: readonly Case[]): void {
  test(name, async () => {
    const values = await bench.read(
      type,
      cases.map(([json]) => json),
    );
    expect(cases.map(([json], index) => [json, values[index]])).toEqual(cases);
  });
}

const of = (columnType: ColumnType, path?: string): Column => ({ columnType, path, options: {} });
const list = (columnType: ColumnType): ColumnType => ({ type: 'list', of: of(columnType) });
const map = (columnType: ColumnType): ColumnType => ({ type: 'map', of: of(columnType) });
const entries = (values: Record<string, unknown>) =>
  Object.entries(values).map(([key, value]) => ({ key, value }));

const noArrays: Case[] = [
  ['null', null],
  ['"[1]"', unfit],
  ['""', unfit],
  ['1', unfit],
  ['true', unfit],
  ['{}', unfit],
  ['{"0":1}', unfit],
];

documents('list of bigint', list({ type: 'bigint' }), [
  ...noArrays,
  ['[]', []],
  ['[1, "2", null, 9007199254740993, " 4 ", ""]', ['1', '2', null, '9007199254740993', '4', null]],
  ['[null]', [null]],
  ['[1, 1.5]', unfit],
  ['[1, "1.5"]', unfit],
  ['[9223372036854775808]', unfit],
  ['[[1]]', unfit],
  ['[{"a":1}]', unfit],
  ['[true]', unfit],
]);

documents('list of decimal', list({ type: 'decimal', precision: 20, scale: 2 }), [
  ['[1.5, "2.25", 3]', ['1.50', '2.25', '3.00']],
  ['["123456789012345678.25"]', ['123456789012345678.25']],
  ['[1.125]', unfit],
  ['[12345678901234567.25]', ['12345678901234567.25']],
  ['[12345678901234567.251]', unfit],
  ['[12345678901234567]', ['12345678901234567.00']],
]);

documents('list of varchar', list({ type: 'varchar' }), [
  ...noArrays,
  ['["a", " b\\t", "", "a\\u0000b", "null", null]', ['a', 'b', null, 'a\u0000b', 'null', null]],
  ['["\\"quoted\\" \\\\ 😀"]', ['"quoted" \\ 😀']],
  ['[1, true, [2], {"a": 3}]', ['1', 'true', '[2]', '{"a":3}']],
]);

documents('list of double', list({ type: 'double' }), [
  ['[0.5, 1e300, "2"]', [0.5, 1e300, 2]],
  ['[Infinity]', unfit],
  ['[NaN]', unfit],
  ['[9007199254740993]', unfit],
  ['[1e400]', unfit],
]);

documents('list of date with a format', list({ type: 'date', format: '%d.%m.%Y' }), [
  ['["05.01.2024", null]', ['2024-01-05', null]],
  ['["30.02.2024"]', unfit],
]);

documents('list of date', list({ type: 'date' }), [
  ['["2024-01-05"]', ['2024-01-05']],
  ['["12024-01-05"]', unfit],
]);

documents('list of time', list({ type: 'time' }), [
  ['["10:20"]', ['10:20:00']],
  ['["24:00:00"]', unfit],
]);

documents('list of hugeint', list({ type: 'hugeint' }), [
  ['[99999999999999999999999999999999999999, -1]', ['99999999999999999999999999999999999999', '-1']],
  ['[100000000000000000000000000000000000000]', unfit],
]);

documents('list of uuid', list({ type: 'uuid' }), [
  ['["F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"]', ['f81d4fae-7dec-11d0-a765-00a0c91e6bf6']],
  ['["f81d-4fae7dec11d0a76500a0c91e6bf6"]', unfit],
]);

documents('list of json', list({ type: 'json' }), [
  ['[1, "a", null, {"b": [2]}]', ['1', '"a"', null, '{"b":[2]}']],
  ['[{"a":NaN}]', unfit],
]);

documents('list of lists', list(list({ type: 'integer' })), [
  ['[[1, 2], [], null, [null]]', [[1, 2], [], null, [null]]],
  ['[[1], [1.5]]', unfit],
  ['[[1], 2]', unfit],
]);

const address: ColumnType = {
  type: 'struct',
  fields: {
    street: of({ type: 'varchar' }),
    zip: of({ type: 'integer' }, 'codes.zip[0]'),
    moved: of({ type: 'timestamp', format: 'epoch-millis' }),
    "it's": of({ type: 'boolean' }, '["it\'s"]'),
  },
};
const nobody = { street: null, zip: null, moved: null, "it's": null };

documents('struct', address, [
  ['null', null],
  ['{}', nobody],
  [
    '{"street": " Main St ", "codes": {"zip": ["12345"]}, "moved": 1704448800123, "it\'s": true, "more": [1.5]}',
    { street: 'Main St', zip: 12345, moved: '2024-01-05 10:00:00.123+00', "it's": true },
  ],
  ['{"street": null, "codes": 5}', nobody],
  ['{"codes": {"zip": [1.5]}}', unfit],
  ['{"moved": "soon"}', unfit],
  ['{"street": "a", "street": "b"}', unfit],
  ['{"__proto__": {"street": "a"}}', nobody],
  ['[]', unfit],
  ['"{}"', unfit],
  ['5', unfit],
]);

documents(
  'list of structs',
  list({ type: 'struct', fields: { sku: of({ type: 'varchar' }), n: of({ type: 'bigint' }) } }),
  [
    ['[{"sku":"a","n":1},{"n":2},null]', [{ sku: 'a', n: '1' }, { sku: null, n: '2' }, null]],
    ['[{"sku":"a","n":1.5}]', unfit],
    ['["a"]', unfit],
  ],
);

documents('map', map({ type: 'bigint' }), [
  ['null', null],
  ['{}', []],
  ['{"a": 1, "b": "2", "c": null}', entries({ a: '1', b: '2', c: null })],
  ['{"": 1, "a.b": 2, " ": 3}', entries({ '': '1', 'a.b': '2', ' ': '3' })],
  ['{"__proto__": 1}', [{ key: '__proto__', value: '1' }]],
  ['{"a": 1, "a": 1}', unfit],
  ['{"a": 1, "b": 1.5}', unfit],
  ['[]', unfit],
  ['1', unfit],
  ['"a"', unfit],
]);

documents(
  'map of lists of structs of maps',
  map(list({ type: 'struct', fields: { m: of(map({ type: 'integer' })) } })),
  [
    ['{"a": [{"m": {"x": 1}}, null], "b": []}', entries({ a: [{ m: entries({ x: 1 }) }, null], b: [] })],
    ['{"a": [{"m": {"x": 1, "x": 2}}]}', unfit],
    ['{"a": [{"m": {"x": "y"}}]}', unfit],
    ['{"a": [{"m": [1]}]}', unfit],
  ],
);

test('200 levels of nesting where a list of numbers is expected do not fit', async () => {
  const deep = `${'['.repeat(200)}1${']'.repeat(200)}`;
  expect(await bench.read(list({ type: 'bigint' }), [deep])).toEqual([unfit]);
  expect(await bench.read(list({ type: 'json' }), [deep])).toEqual([[deep.slice(1, -1)]]);
});
