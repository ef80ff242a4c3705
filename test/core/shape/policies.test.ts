import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { ConfigurationError } from '../../../core/errors';
import { UnfitRecordError, UnknownFieldError } from '../../../core/extract/guard-errors';
import { openShaper } from '../../../core/shape/shape-range';
import type { ColumnOptions, Mask } from '../../../core/source/column';
import { column, dataset, type Overrides, pagesFrom, ShapingBench, saltOf } from './shaping';

const bench = new ShapingBench();
afterAll(() => bench.close());

const body = (...records: unknown[]) => JSON.stringify({ data: records });

/** The error of a shaping that leaves nothing behind. */
async function failure(shaping: Promise<unknown>): Promise<Error> {
  const error = await shaping.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(existsSync(bench.files.stageFile)).toBe(false);
  expect(existsSync(bench.files.quarantineFile)).toBe(false);
  if (error instanceof Error) return error;
  throw new Error('nothing was thrown');
}

describe("onUnfit 'null'", () => {
  const of = (options: ColumnOptions = {}, overrides: Overrides = {}) =>
    dataset({ id: column('bigint'), n: column('bigint', undefined, options) }, { key: ['id'], ...overrides });
  const pages = [body({ id: 1, n: 'x' }, { id: 2, n: 2 }), body({ id: 3, n: 1.5 }, { id: 'y', n: 'z' })];
  const nulled = [
    {
      column: 'n',
      rule: 'type',
      count: 2,
      example: { slice: 'all', page: 0, position: 0, reason: "'x' is not a bigint" },
    },
  ];

  test('of a column keeps the record without the value, and counts it where the record is staged', async () => {
    const { rows, unfit, observations } = await bench.shape(of({ onUnfit: 'null' }), pages);
    expect(rows).toEqual([
      { id: '1', n: null },
      { id: '2', n: '2' },
      { id: '3', n: null },
    ]);
    expect(unfit).toMatchObject([{ column: 'id', rule: 'type', value: 'y' }]);
    expect(observations.nulled).toEqual(nulled);
    expect(observations.quarantined).toMatchObject([
      { column: 'id', count: 1, example: { page: 1, position: 1 } },
    ]);
  });

  test('of a dataset goes for all columns but those that are required', async () => {
    const { rows, unfit, observations } = await bench.shape(of({}, { onUnfit: 'null' }), pages);
    expect(rows.map(({ id }) => id)).toEqual(['1', '2', '3']);
    expect(unfit).toMatchObject([{ column: 'id' }]);
    expect(observations.nulled).toEqual(nulled);
  });

  test('of a dataset quarantines what is no record', async () => {
    const { unfit } = await bench.shape(of({}, { onUnfit: 'null' }), [body(5, { id: 1 })]);
    expect(unfit).toMatchObject([{ column: null, rule: 'object', value: '5' }]);
  });

  test('is overruled by a column', async () => {
    const { unfit } = await bench.shape(of({ onUnfit: 'quarantine' }, { onUnfit: 'null' }), [pages[0] ?? '']);
    expect(unfit).toMatchObject([{ column: 'n', value: 'x' }]);
  });

  test('goes for every rule, and for documents; not what the filter leaves out is counted', async () => {
    const columns = {
      id: column('bigint'),
      a: column({ type: 'varchar' }, undefined, { pattern: '[a-z]', onUnfit: 'null' }),
      b: column({ type: 'integer' }, undefined, { max: 3, default: 1, onUnfit: 'null' }),
      c: column({ type: 'list', of: column('bigint') }, undefined, { onUnfit: 'null' }),
      d: column('bigint', undefined, { derived: 'id * 9223372036854775807', onUnfit: 'null' }),
      e: column('bigint', undefined, { sql: 'CAST(value AS INTEGER) + 1', onUnfit: 'null' }),
    };
    const { rows, observations } = await bench.shape(dataset(columns, { filter: 'id <> 2' }), [
      body(
        { id: 1, a: '\ud800', b: 4, c: ['x'], e: 'e' },
        { id: 2, a: 'A' },
        { id: 3, a: 'A', b: 3, c: [3], e: '3' },
      ),
    ]);
    expect(rows).toEqual([
      { id: '1', a: null, b: null, c: null, d: '9223372036854775807', e: null },
      { id: '3', a: null, b: 3, c: ['3'], d: null, e: '4' },
    ]);
    expect(
      observations.nulled.map(({ column: name, rule, count, example }) => [
        name,
        rule,
        count,
        example.reason,
      ]),
    ).toEqual([
      ['a', 'surrogate', 1, "'\\ud800' holds half of a surrogate pair, which is no character"],
      ['b', 'max', 1, "'4' is above 3"],
      ['c', 'type', 1, '["x"] is not a list of bigint'],
      ['e', 'sql', 1, "'e' cannot be evaluated by the column's sql"],
      ['a', 'pattern', 1, "'A' does not match [a-z]"],
      ['d', 'derived', 1, 'its derived expression cannot be evaluated'],
    ]);
    expect(observations.filtered).toEqual([{ rule: 'filter', count: 1 }]);
  });
});

describe("'fail'", () => {
  test('of a column stops the range and names the first such record', async () => {
    const of = dataset({ id: column('bigint', undefined, { onUnfit: 'fail' }), n: column('bigint') });
    const error = await failure(
      bench.shape(of, [body({ id: 1, n: 'x' }), body({ id: 1 }, { id: 'y' }, { id: 'z' })], 6),
    );
    expect(error).toBeInstanceOf(UnfitRecordError);
    expect(error.message).toBe(
      "record 2 of page 8 of cities: column 'id' (type): 'y' is not a bigint; its onUnfit is 'fail'",
    );
  });

  test('of a dataset goes for all columns but those that say otherwise, and for what is no record', async () => {
    const of = dataset(
      { id: column('bigint', undefined, { onUnfit: 'quarantine' }), n: column('bigint') },
      { onUnfit: 'fail' },
    );
    expect((await bench.shape(of, [body({ id: 'x' })])).quarantined).toBe(1);
    expect((await failure(bench.shape(of, [body({ id: 1, n: 'x' })]))).message).toContain(
      "column 'n' (type)",
    );
    expect((await failure(bench.shape(of, [body(5)]))).message).toContain('(object): 5 is not an object');
  });

  test('of unknown fields names the first field and page', async () => {
    const of = dataset({ id: column('bigint') }, { unknownFields: 'fail' });
    expect((await bench.shape(of, [body({ id: 1 })])).staged).toBe(1);
    const error = await failure(bench.shape(of, [body({ id: 1 }), body({ id: 2, note: 'x', more: 1 })], 3));
    expect(error).toBeInstanceOf(UnknownFieldError);
    expect(error.message).toMatch(
      /^page 5 of cities has the field 'note' \(string\), which no column reads, and 1 more: /,
    );
  });

  test('of unknown fields finds what columns look into in vain', async () => {
    const of = dataset({ n: column({ type: 'varchar' }, 'o.n') }, { unknownFields: 'fail' });
    expect((await bench.shape(of, [body({ o: { n: 1 } }, { o: null }, {})])).staged).toBe(3);
    for (const o of ['LOSTSTRING', ['LOST'], 5])
      expect((await failure(bench.shape(of, [body({ o })]))).message).toContain("has the field 'o' (");
  });
});

describe('masks', () => {
  const secret = 'Zx-Clear-Text';
  const salt = { secret: "o'salt" };
  const sha256 = (text: string) =>
    createHash('sha256')
      .update(saltOf("o'salt") + text)
      .digest('hex');

  test.each<[Mask, (string | null)[], (string | null)[]]>([
    [{ type: 'sha256', salt }, ['a', ' ü ', null], [sha256('a'), sha256('ü'), null]],
    [
      { type: 'partial', keepFirst: 2 },
      ['abcd', 'ab', 'a', '😀😀😀', null],
      ['ab**', '**', '*', '😀😀*', null],
    ],
    [{ type: 'partial', keepLast: 4 }, ['4111111111111111', '123'], ['************1111', '***']],
    [{ type: 'partial', keepFirst: 1, keepLast: 1 }, ['abcd', 'ab', 'abc'], ['a**d', '**', 'a*c']],
  ])('%j', async (mask, texts, expected) => {
    const of = dataset({ v: column({ type: 'varchar' }, undefined, { mask }) });
    const { rows } = await bench.shape(of, [body(...texts.map((v) => ({ v })))]);
    expect(rows.map(({ v }) => v)).toEqual(expected);
  });

  test("'drop' takes the column away, though filter, derived and checks see it", async () => {
    const of = dataset(
      {
        id: column('bigint'),
        price: column({ type: 'integer' }, undefined, { mask: 'drop', max: 10 }),
        twice: column('bigint', undefined, { derived: 'price * 2' }),
      },
      { filter: 'price > 1' },
    );
    const { rows, types, unfit, filtered } = await bench.shape(of, [
      body({ id: 1, price: 1 }, { id: 2, price: 2 }, { id: 3, price: 11 }),
    ]);
    expect(types.map(([name]) => name)).toEqual(['id', 'twice']);
    expect(rows).toEqual([{ id: '2', twice: '4' }]);
    expect(filtered).toBe(1);
    expect(unfit).toMatchObject([
      { column: 'price', rule: 'max', value: null, reason: 'the value is above 10' },
    ]);
  });

  test('in quarantine are those of the table, where no option but trimming changes the text', async () => {
    const mask = { type: 'sha256', salt } as const;
    const of = dataset({
      id: column('bigint'),
      same: column({ type: 'varchar' }, undefined, { mask }),
      lower: column({ type: 'varchar' }, undefined, { mask, case: 'lower' }),
    });
    const record = { same: ' Jo\n', lower: ' Jo\n' };
    const { rows, unfit } = await bench.shape(of, [body({ id: 1, ...record }, { id: 'x', ...record })]);
    expect(rows).toEqual([{ id: '1', same: sha256('Jo'), lower: sha256('jo') }]);
    expect(unfit.map(({ record: shown }) => shown)).toEqual([
      { id: 'x', same: sha256('Jo'), lower: sha256('Jo') },
    ]);
  });

  test('are keys by which readers can still join', async () => {
    const of = dataset(
      { v: column({ type: 'varchar' }, undefined, { mask: { type: 'sha256', salt } }) },
      { key: ['v'] },
    );
    const { firstKey } = await bench.shape(of, [body({ v: 'a' })]);
    expect(firstKey).toBe(JSON.stringify([sha256('a')]));
  });

  const masks: Mask[] = ['drop', { type: 'sha256', salt }, { type: 'partial', keepFirst: 1 }];
  const wrong: [string, ColumnOptions, unknown][] = [
    ['pattern', { pattern: 'x' }, { v: secret }],
    ['enum', { enum: ['x'] }, { v: secret }],
    ['max', { max: 'A' }, { v: secret }],
    ['sql', { sql: 'CAST(CAST(value AS INTEGER) AS VARCHAR)' }, { v: secret }],
    ['required', { sql: 'nullif(value, value)', required: true }, { v: secret }],
    ['surrogate', {}, { v: `${secret}\ud800` }],
    ['object', {}, [secret]],
    ['explode', {}, { v: 'x', list: secret }],
    ['filter', {}, { v: secret }],
  ];
  test.each(
    masks.flatMap((mask) => wrong.map(([rule, options, record]) => ({ mask, rule, options, record }))),
  )('never show the text of $rule with $mask', async ({ mask, rule, options, record }) => {
    for (const onUnfit of ['quarantine', 'null', 'fail'] as const) {
      const overrides: Overrides = {
        onUnfit,
        ...(rule === 'explode' && { explode: 'list' }),
        ...(rule === 'filter' && { filter: 'CAST(v AS INTEGER) > 1' }),
      };
      const path = rule === 'explode' ? 'list[].v' : 'v';
      const of = dataset(
        { v: column({ type: 'varchar' }, path, { ...options, mask }), n: column('bigint') },
        overrides,
      );
      const clear = /x-Clear-Text/;
      const said = await bench.shape(of, [body(record)]).then(
        (shaped) => JSON.stringify(shaped),
        (error: unknown) => (error instanceof Error ? `${error.message} ${error.stack}` : ''),
      );
      expect(said).not.toMatch(clear);
      expect(said).not.toContain(saltOf("o'salt"));
      if (onUnfit === 'fail') expect(said).toContain("its onUnfit is 'fail'");
      for (const file of [bench.files.stageFile, bench.files.quarantineFile].filter(existsSync)) {
        const bytes = readFileSync(file);
        const text = file === bench.files.quarantineFile ? gunzipSync(bytes) : bytes;
        expect(text.toString('latin1')).not.toMatch(clear);
      }
    }
  });

  test('do not show what a transform says about a record', async () => {
    const of = dataset(
      { v: column({ type: 'varchar' }, undefined, { mask: 'drop' }), n: column('bigint') },
      {
        transform: (record) => {
          throw new Error(`bad ${JSON.stringify(record)}`);
        },
      },
    );
    const shaped = await bench.shape(of, [body({ v: secret })]);
    expect(shaped.unfit).toMatchObject([{ rule: 'transform', column: null }]);
    expect(JSON.stringify(shaped)).not.toContain(secret);
  });

  test('need their salt', async () => {
    const of = dataset({ v: column({ type: 'varchar' }, undefined, { mask: { type: 'sha256', salt } }) });
    for (const [secrets, message] of [
      [undefined, 'there are no secrets to read it from'],
      [{ get: async () => '' }, 'which is empty'],
    ] as const) {
      const shaper = await openShaper({ memoryMegabytes: 100, temporaryDirectory: bench.folder }, secrets);
      try {
        const shaping = shaper.shape({ dataset: of, runId: 'r-1', origins: pagesFrom(0, 1), ...bench.files });
        await expect(shaping).rejects.toThrow(ConfigurationError);
        await expect(shaping).rejects.toThrow(message);
      } finally {
        await shaper.close();
      }
    }
  });
});
