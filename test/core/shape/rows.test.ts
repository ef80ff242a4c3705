import fc from 'fast-check';
import { ConfigurationError } from '../../../core/errors';
import type { SourceRecord } from '../../../core/source/source';
import { column, dataset, type Overrides, type Shaped, ShapingBench } from './shaping';

const bench = new ShapingBench();
afterAll(() => bench.close());

const body = (...records: unknown[]) => JSON.stringify({ data: records });
const counts = ({ received, added, staged, quarantined, filtered }: Shaped) => ({
  received,
  added,
  staged,
  quarantined,
  filtered,
});

describe('explode', () => {
  const orders = dataset(
    {
      id: column('bigint'),
      line: column({ type: 'integer' }, undefined, { elementIndex: true }),
      sku: column({ type: 'varchar' }, 'items[].sku', { required: true }),
      all: column({ type: 'json' }, 'items[]'),
    },
    { explode: 'items', key: ['id', 'line'] },
  );

  test('makes a row of each element', async () => {
    const shaped = await bench.shape(orders, [
      body({ id: 1, items: [{ sku: 'a' }, { sku: 'b' }] }),
      body({ id: 9007199254740993n.toString(), items: [{ sku: 'c', n: 1 }] }),
    ]);
    expect(shaped.rows).toEqual([
      { id: '1', line: 0, sku: 'a', all: '{"sku":"a"}' },
      { id: '1', line: 1, sku: 'b', all: '{"sku":"b"}' },
      { id: '9007199254740993', line: 0, sku: 'c', all: '{"sku":"c","n":1}' },
    ]);
    expect(counts(shaped)).toEqual({ received: 2, added: 1, staged: 3, quarantined: 0, filtered: 0 });
    expect(shaped.recordsPerPage).toEqual([1, 1]);
  });

  test('of nothing is filtered, of anything but an array quarantined', async () => {
    const records = [
      { id: 1 },
      { id: 2, items: null },
      { id: 3, items: [] },
      { id: 4, items: { sku: 'a' } },
      { id: 5, items: 'x' },
      6,
    ];
    const shaped = await bench.shape(orders, [body(...records)]);
    expect(counts(shaped)).toEqual({ received: 6, added: 0, staged: 0, quarantined: 3, filtered: 3 });
    expect(shaped.observations.filtered).toEqual([{ rule: 'explode', count: 3 }]);
    expect(
      shaped.unfit.map(({ position, rule, reason, element }) => [position, rule, reason, element]),
    ).toEqual([
      [3, 'explode', `{"sku":"a"} at 'items' is not an array`, undefined],
      [4, 'explode', `"x" at 'items' is not an array`, undefined],
      [5, 'object', '6 is not an object', undefined],
    ]);
  });

  test('quarantines elements one by one; a null element is one', async () => {
    const shaped = await bench.shape(orders, [
      body({ id: 1, items: [{ sku: 'a' }, null, 5, { sku: '\ud800' }] }),
    ]);
    expect(counts(shaped)).toEqual({ received: 1, added: 3, staged: 1, quarantined: 3, filtered: 0 });
    expect(
      shaped.unfit.map(({ position, element, column: name, rule, reason }) => [
        position,
        element,
        name,
        rule,
        reason,
      ]),
    ).toEqual([
      [0, 1, 'sku', 'required', "'items[].sku' has no value, and one is required"],
      [0, 2, 'sku', 'required', "'items[].sku' has no value, and one is required"],
      [0, 3, 'sku', 'surrogate', "'\\ud800' holds half of a surrogate pair, which is no character"],
    ]);
  });

  test('of an array of texts, deep in a record', async () => {
    const of = dataset({ tag: column({ type: 'varchar' }, 'a.tags[]') }, { explode: 'a.tags' });
    const { rows } = await bench.shape(of, [body({ a: { tags: ['x', ' y ', 1, null] } })]);
    expect(rows).toEqual([{ tag: 'x' }, { tag: 'y' }, { tag: '1' }, { tag: null }]);
  });
});

describe('values from elsewhere', () => {
  test('are of the page, the same for all its records', async () => {
    const of = dataset({
      id: column('bigint'),
      at: column({ type: 'timestamp' }, undefined, { page: 'meta.at', required: true }),
      rate: column({ type: 'decimal', precision: 20, scale: 18 }, undefined, { page: 'meta.rate' }),
      tags: column({ type: 'list', of: column({ type: 'varchar' }) }, undefined, { page: 'tags' }),
      text: column({ type: 'json' }, undefined, { page: 'text' }),
    });
    const page = (meta: string, rest = '') => `{"data":[{"id":1},{"id":2}],"meta":${meta}${rest}}`;
    const { rows, unfit } = await bench.shape(of, [
      page('{"at":"2024-01-01T00:00:00Z","rate":"0.123456789012345678"}', ',"tags":["a"],"text":"5"'),
      page('{"at":"2024-01-02T00:00:00Z","rate":0.123456789012345678}'),
      page('[]'),
    ]);
    const first = { at: '2024-01-01 00:00:00+00', rate: '0.123456789012345678', tags: ['a'], text: '"5"' };
    const second = { at: '2024-01-02 00:00:00+00', rate: '0.123456789012345678', tags: null, text: null };
    expect(rows).toEqual([
      { id: '1', ...first },
      { id: '2', ...first },
      { id: '1', ...second },
      { id: '2', ...second },
    ]);
    expect(unfit.map(({ page: number, column: name, rule }) => [number, name, rule])).toEqual([
      [2, 'at', 'required'],
      [2, 'at', 'required'],
    ]);
    expect(unfit[0]?.reason).toBe("'meta.at' of the page has no value, and one is required");
  });

  test('are the record as a whole', async () => {
    const of = dataset({
      id: column('bigint'),
      whole: column({ type: 'json' }, ''),
      map: column({ type: 'map', of: column('bigint') }, ''),
    });
    const { rows } = await bench.shape(of, [body({ id: 1, b: 2 })]);
    expect(rows[0]).toMatchObject({ id: '1', whole: '{"id":1,"b":2}' });
    expect(JSON.stringify(rows[0]?.map)).toContain('"b"');
  });

  test('say where they come from', async () => {
    const of = dataset(
      { id: column('bigint') },
      { lineage: ['_run_id', '_slice', '_page', '_fetched_at'], unknownFields: 'capture' },
    );
    const { rows, types } = await bench.shape(
      of,
      [body({ id: 1, x: { y: 1 } }), body({ id: 2 }, { id: 3, z: '\ud800' })],
      7,
    );
    const lineage = { _run_id: 'r-1', _slice: 'all', _fetched_at: '2026-01-02 03:04:05.678+00' };
    expect(types.map(([name]) => name)).toEqual([
      'id',
      '_extra',
      '_run_id',
      '_slice',
      '_page',
      '_fetched_at',
    ]);
    expect(rows).toEqual([
      { id: '1', _extra: '{"x":{"y":1}}', ...lineage, _page: 7 },
      { id: '2', _extra: null, ...lineage, _page: 8 },
    ]);
  });

  test('that no column can hold as they came are quarantined with what is captured', async () => {
    const of = dataset({ id: column('bigint') }, { unknownFields: 'capture' });
    const { unfit } = await bench.shape(of, [body({ id: 3, z: '\ud800' })]);
    expect(unfit).toMatchObject([{ column: '_extra', rule: 'surrogate', value: '{"z":"\\ud800"}' }]);
  });
});

describe('derived and filter', () => {
  const columns = {
    id: column('bigint'),
    value: column({ type: 'decimal', precision: 12, scale: 2 }),
    record: column({ type: 'varchar' }, 'r'),
    ordinal: column({ type: 'timestamp' }, 't'),
    sum: column({ type: 'decimal', precision: 20, scale: 2 }, undefined, {
      derived: 'value * id',
      required: true,
      max: 100,
    }),
    element: column({ type: 'date' }, undefined, { derived: 'ordinal', sql: 'value[1:10]' }),
    list: column({ type: 'list', of: column('bigint') }, undefined, { derived: '[id, id + 1]' }),
  };

  test('see the columns by name, in their types', async () => {
    const shaped = await bench.shape(
      dataset(columns, { filter: "record IS DISTINCT FROM 'no' AND sum < 50 -- small ones" }),
      [
        body(
          { id: 2, value: '1.25', r: 'x', t: '2024-01-01T23:00:00-02:00' },
          { id: 3, value: '2', r: 'no' },
          { id: 4, value: '20', r: null },
          { id: 5, value: '30' },
          { id: 6 },
        ),
      ],
    );
    expect(shaped.rows).toEqual([
      {
        id: '2',
        value: '1.25',
        record: 'x',
        ordinal: '2024-01-02 01:00:00+00',
        sum: '2.50',
        element: '2024-01-02',
        list: ['2', '3'],
      },
    ]);
    expect(
      shaped.unfit.map(({ position, column: name, rule, reason }) => [position, name, rule, reason]),
    ).toEqual([
      [3, 'sum', 'max', "'150.00' is above 100"],
      [4, 'sum', 'required', 'the derived expression has no value, and one is required'],
    ]);
    expect(counts(shaped)).toEqual({ received: 5, added: 0, staged: 1, quarantined: 2, filtered: 2 });
  });

  test('a filter that cannot be evaluated for a record quarantines it', async () => {
    const of = dataset({ a: column({ type: 'varchar' }) }, { filter: 'CAST(a AS INTEGER) > 1' });
    const { rows, unfit, filtered } = await bench.shape(of, [body({ a: '2' }, { a: '1' }, { a: 'x' }, {})]);
    expect(rows).toEqual([{ a: '2' }]);
    expect(filtered).toBe(2);
    expect(unfit).toMatchObject([
      { position: 2, column: null, rule: 'sql', reason: "the dataset's filter cannot be evaluated for it" },
    ]);
  });

  test('a column that is called like a word of SQL stands in quotes', async () => {
    const columns = { order: column('bigint'), at: column('bigint') };
    const shaping = bench.shape(dataset(columns, { filter: 'at IS NULL' }), [body()]);
    await expect(shaping).rejects.toThrow(`'at' is a word of SQL, so write "at" for the column`);
    const { rows } = await bench.shape(dataset(columns, { filter: '"at" IS NULL' }), [
      body({ order: 1 }, { at: 1 }),
    ]);
    expect(rows).toEqual([{ order: '1', at: null }]);
  });

  test.each<[Overrides & { derived?: string }, string]>([
    [
      { filter: 'prize > 1' },
      "the filter of cities must be one condition over the columns id, price, but there is no 'prize': did you mean 'price'?",
    ],
    [
      { derived: 'prize * 2' },
      "column 'price' of cities: derived must be one expression over the columns id, but there is no 'prize'",
    ],
    [{ derived: 'price' }, "there is no 'price'"],
    [{ filter: 'sum(id) > 1' }, 'the filter of cities'],
    [{ filter: 'random() > 0.5' }, 'the filter of cities'],
    [{ filter: 'id > 1; SELECT 1' }, 'the filter of cities'],
    [{ filter: 'id IN (SELECT 1)' }, 'it holds a subquery'],
    [{ filter: 'ordinal$ > 1' }, "there is no 'ordinal$'"],
    [{ filter: 'row_number() OVER () > 1' }, 'it holds a window function'],
    [{ filter: 'tally(1, 1, true)' }, 'the filter of cities'],
    [{ filter: '[id]' }, 'but it is a BIGINT[]'],
    [{ filter: 'price' }, 'but it is a BIGINT'],
  ])('%j is refused', async ({ derived, ...overrides }, message) => {
    const of = dataset(
      { id: column('bigint'), price: column('bigint', undefined, derived === undefined ? {} : { derived }) },
      overrides,
    );
    await expect(bench.shape(of, [body()])).rejects.toThrow(ConfigurationError);
    await expect(bench.shape(of, [body()])).rejects.toThrow(message);
  });
});

test.each(['first', 'last'] as const)(
  'deduplicate keeps the %s of the rows with one key, in page order',
  async (deduplicate) => {
    const of = dataset(
      { id: column('bigint'), n: column('bigint') },
      { key: ['id'], deduplicate, filter: 'n <> 3' },
    );
    const shaped = await bench.shape(of, [
      body({ id: 2, n: 1 }, { id: 1, n: 2 }, { id: 2, n: 3 }),
      body({ id: 3, n: 4 }, { id: 2, n: 'x' }, { id: 2, n: 5 }, { id: 1, n: 3 }),
    ]);
    expect(shaped.rows.map(({ n }) => n)).toEqual(
      deduplicate === 'first' ? ['1', '2', '4'] : ['2', '4', '5'],
    );
    expect(shaped.observations.filtered).toEqual([
      { rule: 'filter', count: 2 },
      { rule: 'duplicate', count: 1 },
    ]);
    expect(counts(shaped)).toEqual({ received: 7, added: 0, staged: 3, quarantined: 1, filtered: 3 });
  },
);

describe('transform', () => {
  test('gives one record, several or none, and its records are shaped like any other', async () => {
    const of = dataset(
      {
        id: column('bigint'),
        n: column({ type: 'integer' }),
        at: column({ type: 'varchar' }, undefined, { page: 'at' }),
      },
      {
        lineage: ['_page'],
        transform: ({ id, ...rest }): SourceRecord | SourceRecord[] | null => {
          if (id === 0) return null;
          if (id === 2)
            return [
              { id, n: 1 },
              { id, n: 'x' },
              { id, n: 3, more: '\ud800' },
            ];
          if (id === 3) throw new Error('three is too many\nfor me');
          return { id: id ?? null, ...rest };
        },
      },
    );
    const shaped = await bench.shape(of, [
      '{"at":"a","data":[{"id":9007199254740993,"n":0},{"id":0},{"id":2}]}',
      '{"at":"b","data":[{"id":3},5,{"id":4,"n":"\\ud83d"}]}',
    ]);
    expect(shaped.rows).toEqual([
      { id: '9007199254740993', n: 0, at: 'a', _page: 0 },
      { id: '2', n: 1, at: 'a', _page: 0 },
      { id: '2', n: 3, at: 'a', _page: 0 },
    ]);
    expect(
      shaped.unfit.map(({ page, position, element, column: name, rule, reason }) => [
        page,
        position,
        element,
        name,
        rule,
        reason,
      ]),
    ).toEqual([
      [0, 2, 1, 'n', 'type', "'x' is not an integer"],
      [1, 0, undefined, null, 'transform', expect.stringContaining('three is too many')],
      [1, 1, undefined, null, 'object', '5 is not an object'],
      [1, 2, undefined, 'n', 'surrogate', "'\\ud83d' holds half of a surrogate pair, which is no character"],
    ]);
    expect(counts(shaped)).toEqual({ received: 6, added: 2, staged: 3, quarantined: 4, filtered: 1 });
    expect(shaped.observations.filtered).toEqual([{ rule: 'transform', count: 1 }]);
    expect(shaped.recordsPerPage).toEqual([3, 3]);
  });

  test('and explode and deduplicate keep page order', async () => {
    const of = dataset(
      {
        id: column('bigint'),
        v: column('bigint', 'list[]'),
        i: column('bigint', undefined, { elementIndex: true }),
      },
      {
        explode: 'list',
        key: ['v'],
        deduplicate: 'last',
        transform: ({ id }) => [
          { id: id ?? null, list: [1, 2] },
          { id: 0, list: [2, 3] },
          { id: 1, list: [] },
        ],
      },
    );
    const shaped = await bench.shape(of, [body({ id: 7 }, { id: 8 })]);
    expect(shaped.rows).toEqual([
      { id: '8', v: '1', i: '0' },
      { id: '0', v: '2', i: '0' },
      { id: '0', v: '3', i: '1' },
    ]);
    expect(counts(shaped)).toEqual({ received: 2, added: 8, staged: 3, quarantined: 0, filtered: 7 });
  });
});

describe('counts', () => {
  const value = fc.oneof(
    fc.integer({ min: 0, max: 4 }),
    fc.constantFrom<unknown>(null, 'x', '', '3 ', 1.5, [1], {}, '\ud800', '9'.repeat(30)),
  );
  const record = fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record(
        { id: value, n: value, list: fc.oneof(fc.array(fc.record({ e: value }), { maxLength: 3 }), value) },
        { requiredKeys: [] },
      ),
    },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(5, null, 'x', []) },
  );
  const policy = fc.constantFrom('quarantine' as const, 'null' as const);
  const shape = fc.record({
    explode: fc.boolean(),
    filter: fc.boolean(),
    transform: fc.boolean(),
    capture: fc.boolean(),
    deduplicate: fc.constantFrom(undefined, 'first' as const, 'last' as const),
    onUnfit: policy,
    own: policy,
    format: fc.constantFrom('parquet' as const, 'jsonl' as const, 'csv' as const),
  });

  test('add up for any dataset and records, and every file holds as many as they say', async () => {
    await fc.assert(
      fc.asyncProperty(
        shape,
        fc.array(fc.array(record, { maxLength: 6 }), { minLength: 1, maxLength: 4 }),
        async (s, pages) => {
          const columns = {
            id: column('bigint', undefined, { required: true }),
            n: column({ type: 'integer' }, undefined, { onUnfit: s.own, min: 1 }),
            twice: column({ type: 'integer' }, undefined, { derived: 'n * 2', max: 6 }),
            ...(s.explode && {
              e: column('bigint', 'list[].e'),
              i: column('bigint', undefined, { elementIndex: true as const }),
            }),
          };
          const format =
            s.format === 'parquet'
              ? ({ type: 'parquet', compression: 'snappy', rowGroupSize: 2048, sorted: true } as const)
              : s.format === 'jsonl'
                ? ({ type: 'jsonl', compression: 'gzip', sorted: false } as const)
                : ({ type: 'csv', compression: 'gzip', sorted: false, neutralise: false } as const);
          const of = dataset(columns, {
            key: ['id'],
            onUnfit: s.onUnfit,
            unknownFields: s.capture ? 'capture' : 'ignore',
            format,
            ...(s.explode && { explode: 'list' }),
            ...(s.filter && { filter: 'n IS DISTINCT FROM 2' }),
            ...(s.deduplicate && { deduplicate: s.deduplicate }),
            ...(s.transform && {
              transform: (each: SourceRecord) => {
                if (each.n === 0) return null;
                if (each.n === 4) throw new Error('four');
                return each.n === 3 ? [each, each] : each;
              },
            }),
          });
          const shaped = await bench.shape(
            of,
            pages.map((records) => body(...records)),
          );
          const { received, added, staged, quarantined, filtered, observations } = shaped;
          expect(received).toBe(pages.flat().length);
          expect(received + added).toBe(staged + quarantined + filtered);
          expect(shaped.rows).toHaveLength(staged);
          expect(shaped.unfit).toHaveLength(quarantined);
          expect(sum(observations.quarantined)).toBe(quarantined);
          expect(sum(observations.filtered)).toBe(filtered);
          if (!s.explode && !s.transform) expect(added).toBe(0);
          if (s.deduplicate) expect(new Set(shaped.rows.map(({ id }) => id)).size).toBe(staged);
          const places = shaped.unfit.map(
            ({ page, position, element = -1 }) => (page * 100 + position) * 100 + element,
          );
          expect(places).toEqual([...places].sort((a, b) => a - b));
          for (const { page, position, record: kept } of shaped.unfit)
            expect(kept).toEqual(JSON.parse(JSON.stringify(pages[page]?.[position])));
          if (s.filter) expect(shaped.rows.filter(({ n }) => n === 2)).toEqual([]);
        },
      ),
      { numRuns: Number(process.env.SHAPE_RUNS ?? 150) },
    );
  });

  const sum = (of: readonly { count: number }[]) => of.reduce((total, { count }) => total + count, 0);
});
