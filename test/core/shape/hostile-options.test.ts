import { column, dataset, type Overrides, ShapingBench } from './shaping';

const bench = new ShapingBench();
afterAll(() => bench.close());

/** A column of every kind, each reading the same field. */
const columns = {
  at: column('bigint', 'at'),
  bigint: column('bigint', 'v'),
  double: column({ type: 'double' }, 'v'),
  decimal: column({ type: 'decimal', precision: 38, scale: 10 }, 'v'),
  hugeint: column({ type: 'hugeint' }, 'v'),
  date: column({ type: 'date' }, 'v'),
  text: column({ type: 'varchar' }, 'v'),
  json: column({ type: 'json' }, 'v'),
  list: column({ type: 'list', of: column('bigint') }, 'v'),
  map: column({ type: 'map', of: column({ type: 'varchar' }) }, 'v'),
};
type Name = keyof typeof columns;

/** Everything at once, so that no option breaks another. */
const options: Overrides = {
  key: ['at'],
  onUnfit: 'null',
  deduplicate: 'first',
  filter: '"at" IS NOT NULL',
  explode: 'one',
  lineage: ['_page'],
};

const long = 'x'.repeat(1_000_000);
const deep = `${'[{"a":'.repeat(100)}1${'}]'.repeat(100)}`;

test.each<[string, string, Partial<Record<Name, unknown>>]>([
  [
    '2^53 + 1',
    '9007199254740993',
    {
      bigint: '9007199254740993',
      decimal: '9007199254740993.0000000000',
      hugeint: '9007199254740993',
      text: '9007199254740993',
      json: '9007199254740993',
    },
  ],
  [
    '2^63',
    '9223372036854775808',
    {
      double: 2 ** 63,
      decimal: '9223372036854775808.0000000000',
      hugeint: '9223372036854775808',
      text: '9223372036854775808',
      json: '9223372036854775808',
    },
  ],
  ['1e400', '"1e400"', { text: '1e400', json: '"1e400"' }],
  [
    'a quoted decimal',
    '"0.1234567890"',
    { double: 0.123456789, decimal: '0.1234567890', text: '0.1234567890', json: '"0.1234567890"' },
  ],
  ['30 February', '"2024-02-30"', { text: '2024-02-30', json: '"2024-02-30"' }],
  ['29 February', '"2024-02-29"', { date: '2024-02-29', text: '2024-02-29', json: '"2024-02-29"' }],
  ['NUL', '"a\\u0000b"', { text: 'a\u0000b', json: '"a\\u0000b"' }],
  ['half a surrogate pair', '"\\ud83d"', {}],
  ['a number', '5', { bigint: '5', double: 5, decimal: '5.0000000000', hugeint: '5', text: '5', json: '5' }],
  ['true', 'true', { text: 'true', json: 'true' }],
  ['null', 'null', {}],
  ['a list', '[1,null]', { text: '[1,null]', json: '[1,null]', list: ['1', null] }],
  [
    '__proto__',
    '{"__proto__":"p","constructor":null}',
    {
      text: '{"__proto__":"p","constructor":null}',
      json: '{"__proto__":"p","constructor":null}',
      map: [
        { key: '__proto__', value: 'p' },
        { key: 'constructor', value: null },
      ],
    },
  ],
  ['200 levels', deep, { text: deep, json: deep }],
  ['1 MB in nine columns', `"${long}"`, { text: long, json: `"${long}"` }],
])('%s is staged exactly or null', async (_name, json, expected) => {
  const body = `{"data":[{"at":1,"v":${json},"one":[0]},{"at":"x","v":${json},"one":[0]},{"at":2,"one":[]},{"at":1,"one":[5]}]}`;
  const { rows, unfit, received, staged, quarantined, filtered, observations } = await bench.shape(
    dataset(columns, options),
    [body],
  );
  const empty = Object.fromEntries(Object.keys(columns).map((name) => [name, null]));
  expect(rows).toEqual([{ ...empty, at: '1', _page: 0, ...expected }]);
  expect({ received, staged, quarantined, filtered }).toEqual({
    received: 4,
    staged: 1,
    quarantined: 1,
    filtered: 2,
  });
  expect(unfit[0]?.line).toContain(json);
  const absent = Object.keys(columns).filter((name) => name !== 'at' && !(name in expected));
  if (json !== 'null') expect(observations.nulled.map(({ column: name }) => name)).toEqual(absent);
  for (const { example } of observations.nulled) expect([...example.reason].length).toBeLessThan(250);
});

test('a text of 10 MB is staged as it is, or null', async () => {
  const text = 'x'.repeat(10_000_000);
  const of = dataset({ at: columns.at, text: columns.text, bigint: columns.bigint }, options);
  const { rows, observations } = await bench.shape(of, [`{"data":[{"at":1,"v":"${text}","one":[0]}]}`]);
  expect(rows).toEqual([{ at: '1', text, bigint: null, _page: 0 }]);
  expect(observations.nulled).toMatchObject([
    { column: 'bigint', example: { reason: `'${'x'.repeat(100)}…' is not a bigint` } },
  ]);
});

test('a bare 1e400 is no number that anybody can hold', async () => {
  const { rows, observations } = await bench.shape(
    dataset({ d: column({ type: 'double' }, 'v') }, { onUnfit: 'null' }),
    ['{"data":[{"v":1e400}]}'],
  );
  expect(rows).toEqual([{ d: null }]);
  expect(observations.nulled).toMatchObject([{ column: 'd', rule: 'type' }]);
});

test('of a key that occurs twice the first counts, and both stand in quarantine', async () => {
  const of = dataset({ v: column('bigint') }, { unknownFields: 'capture' });
  const { rows, unfit } = await bench.shape(of, [
    '{"data":[{"v":1,"v":"x"},{"v":"x","v":1},{"v":1,"w":1,"w":2}]}',
  ]);
  expect(rows.map(({ v }) => v)).toEqual(['1', '1']);
  expect(unfit.map(({ line }) => line.slice(line.indexOf('"record"')))).toEqual([
    '"record":{"v":"x","v":1}}',
  ]);
});

test('10,000 unknown keys and 10,000 elements are shaped', async () => {
  const of = dataset({ v: column('bigint', 'l[]') }, { explode: 'l', unknownFields: 'ignore' });
  const keys = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`k${at}`, at]));
  const l = Array.from({ length: 10_000 }, (_, at) => at);
  const { rows, added, observations } = await bench.shape(of, [JSON.stringify({ data: [{ ...keys, l }] })]);
  expect(added).toBe(9_999);
  expect(rows.map(({ v }) => Number(v))).toEqual(l);
  expect(observations.unknownFields.length).toBeLessThan(1_100);
});
