import fc from 'fast-check';
import { formatPath } from '../../../../core/source/path';
import { columnsAt, readingDataset, WatchBench } from './watching';

const bench = new WatchBench();
afterAll(() => bench.close());

const extras = (paths: string[], records: string[], changes = {}) =>
  bench.extras(readingDataset(columnsAt(...paths), changes), records);

test('fields that no column reads are kept where they stand', async () => {
  expect(
    await extras(
      ['id', 'customer.id', 'tags'],
      [
        '{"id":1,"customer":{"id":2,"phone":{"home":"1"}},"tags":[{"a":1}],"note":null}',
        '{"id":1,"customer":{"id":2}}',
        '{"customer":7}',
      ],
    ),
  ).toEqual(['{"note":null,"customer":{"phone":{"home":"1"}}}', null, '{"customer":7}']);
});

test('what is something else than columns look into is kept as it is', async () => {
  const records = [
    '{"o":{"p":"LOST"},"l":{"x":1}}',
    '{"o":"LOST","l":[5]}',
    '{"o":["LOST"],"l":"LOST"}',
    '{"o":[],"l":[]}',
    '{"o":null,"l":null}',
    '{"o":{"p":{"n":1},"q":[{"n":2}]}}',
    '{}',
  ];
  expect(await extras(['o.p.n', 'l[0].x', 'o.q[0].n'], records)).toEqual([
    '{"l":{"x":1},"o":{"p":"LOST"}}',
    '{"o":"LOST"}',
    '{"o":["LOST"],"l":"LOST"}',
    '{"o":[]}',
    null,
    null,
    null,
  ]);
});

test('not where a masked column would read something in it', async () => {
  const text = { type: 'varchar' } as const;
  const columns = {
    mail: { columnType: text, path: 'contact.mail', options: { mask: 'drop' as const } },
    sku: { columnType: text, path: 'items[].sku', options: { mask: 'drop' as const } },
    ...columnsAt('a.b'),
  };
  const dataset = readingDataset(columns, { explode: 'items' });
  const record = '{"a":"x","contact":"jo@example.com","items":["secret",{"sku":"secret","x":1}]}';
  expect(await bench.extras(dataset, [record])).toEqual(['{"a":"x"}', '{"a":"x","items[]":{"x":1}}']);
});

test('numbers keep their digits, and no key is too strange', async () => {
  const records = [
    '{"n":9007199254740993,"big":123456789012345678901234567890,"e":1e400}',
    String.raw`{"id":1,"":1,"*":2,"a\"b":3,"\u0000":"\u0000","__proto__":{"x":1}}`,
    '{"k":1,"k":2}',
  ];
  expect(await extras(['id'], records)).toEqual(records.map((record) => record.replace('"id":1,', '')));
});

test('what is no object has no fields', async () => {
  expect(await extras(['id', 'a.b'], ['null', '5', '"{"', '[{"x":1}]', '{}'])).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
});

test('where a column is the record itself nothing is left', async () => {
  const all = { columnType: { type: 'json' } as const, path: '', options: {} };
  expect(await bench.extras(readingDataset({ all }), ['{"x":1}'])).toEqual([null]);
});

test('an exploded row has its own element’s fields beside the record’s', async () => {
  const records = [
    '{"id":1,"note":2,"items":[{"sku":1,"colour":"red"},{"sku":2},5]}',
    '{"id":1,"items":[{"size":null}]}',
  ];
  expect(await extras(['id', 'items[].sku'], records, { explode: 'items' })).toEqual([
    '{"note":2,"items[]":{"colour":"red"}}',
    '{"note":2}',
    '{"note":2,"items[]":5}',
    '{"items[]":{"size":null}}',
  ]);
});

test('known and unknown fields together are the record, whatever the columns', async () => {
  const key = fc.constantFrom('a', 'b', 'c', '__proto__');
  const path = fc.tuple(
    key,
    fc.array(fc.oneof({ weight: 4, arbitrary: key }, fc.constant(0)), { maxLength: 2 }),
  );
  const record = fc.letrec((tie) => ({
    any: fc.oneof({ depthSize: 'small' }, fc.constantFrom(1, 'x', null, '{}', [], ['x']), tie('object')),
    object: fc.dictionary(key, tie('any'), { maxKeys: 4, noNullPrototype: true }),
  })).object;
  await fc.assert(
    fc.asyncProperty(
      fc.array(path, { minLength: 1, maxLength: 4 }),
      fc.array(record, { minLength: 1, maxLength: 8 }),
      async (paths, records) => {
        const texts = records.map((one) => JSON.stringify(one));
        const found = await extras(
          paths.map(([first, rest]) => formatPath([first, ...rest])),
          texts,
        );
        expect(found.map((text) => (text === null ? undefined : sorted(JSON.parse(text))))).toEqual(
          texts.map((text) => {
            const whole = paths.map(([first, rest]) => [first, ...rest]);
            return sorted(unreadOf(JSON.parse(text), whole));
          }),
        );
      },
    ),
    { numRuns: 100 },
  );
});

/** The parts of an object that no path leads to, through or into; undefined where there are none. */
function unreadOf(object: object, paths: readonly (readonly (string | number)[])[]): unknown {
  const left = Object.entries(object).flatMap(([key, inner]) => {
    const below = paths.filter(([first]) => first === key).map((path) => path.slice(1));
    if (below.length === 0) return [[key, inner]];
    if (inner === null || below.some((path) => path.length === 0)) return [];
    const looksFor = (type: string) => below.some(([next]) => typeof next === type);
    if (Array.isArray(inner)) return looksFor('number') ? [] : [[key, inner]];
    if (typeof inner !== 'object' || !looksFor('string')) return [[key, inner]];
    const rest = unreadOf(inner, below);
    return rest === undefined ? [] : [[key, rest]];
  });
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return JSON.stringify(value, (_key, one) =>
    typeof one === 'object' && one !== null ? Object.fromEntries(Object.entries(one).sort()) : one,
  );
}
