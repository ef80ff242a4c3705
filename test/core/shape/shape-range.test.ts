import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { ConfigurationError, PermanentError, TransientError } from '../../../core/errors';
import type { StageFormat } from '../../../core/source/source';
import { column, dataset, pagesFrom, ShapingBench } from './shaping';

const bench = new ShapingBench();
afterAll(() => bench.close());

const bodyTotal = { type: 'body', path: 'meta.total', counts: 'records' } as const;

async function failure(shaping: Promise<unknown>): Promise<Error> {
  const error = await shaping.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(existsSync(bench.files.stageFile)).toBe(false);
  if (error instanceof Error) return error;
  throw new Error('nothing was thrown');
}

describe('a range', () => {
  const cities = dataset(
    {
      Id: column('bigint', 'id'),
      name: column({ type: 'varchar' }, 'names.en'),
      price: column({ type: 'decimal', precision: 12, scale: 2 }, "['the \"price\"']['a.b']"),
      count: column({ type: 'integer' }),
      latitude: column({ type: 'double' }, 'at[1]'),
      active: column({ type: 'boolean' }),
      born: column({ type: 'date' }),
      modified: column({ type: 'timestamp' }),
      order: column({ type: 'json' }, 'tags'),
    },
    { key: ['Id', 'name'], total: bodyTotal },
  );

  const record = (id: number) =>
    `{"id": ${id}, "names": {"en": "n${id}"}, "the \\"price\\"": {"a.b": "1.5"}, "count": 7,\n "at": [0, 1.5], "active": true, "born": "2024-01-05", "modified": "2024-01-05T00:00:00Z", "tags": ["a"]}`;

  test('has exactly the declared columns, in page order, pretty-printed or not', async () => {
    const shaped = await bench.shape(
      cities,
      [
        `{"meta": {"total": 4},\n\n "data": [${record(3)},\n${record(1)}]\n}\n`,
        '{"data":[],"meta":{"total":"5"}}',
        `{"data":[${record(10)}],"meta":{"total":5.0}}`,
      ],
      7,
    );
    expect(shaped.types).toEqual([
      ['Id', 'BIGINT'],
      ['name', 'VARCHAR'],
      ['price', 'DECIMAL(12,2)'],
      ['count', 'INTEGER'],
      ['latitude', 'DOUBLE'],
      ['active', 'BOOLEAN'],
      ['born', 'DATE'],
      ['modified', 'TIMESTAMP WITH TIME ZONE'],
      ['order', 'JSON'],
    ]);
    expect(shaped.rows.map((row) => row.Id)).toEqual(['3', '1', '10']);
    expect(shaped.rows[1]).toEqual({
      Id: '1',
      name: 'n1',
      price: '1.50',
      count: 7,
      latitude: 1.5,
      active: true,
      born: '2024-01-05',
      modified: '2024-01-05 00:00:00+00',
      order: '["a"]',
    });
    expect(shaped).toMatchObject({
      received: 3,
      staged: 3,
      quarantined: 0,
      recordsPerPage: [2, 0, 1],
      totals: { min: 4, max: 5 },
      firstKey: '[1,"n1"]',
      lastKey: '[10,"n10"]',
      uniqueKeys: true,
    });
    expect(shaped.stageBytes).toBeGreaterThan(500);
  });

  test('without records has the columns and no rows', async () => {
    const shaped = await bench.shape(cities, ['{"data":[],"meta":{"total":0}}']);
    expect(shaped.types).toHaveLength(9);
    expect(shaped.rows).toEqual([]);
    expect(shaped).toMatchObject({ received: 0, staged: 0, quarantined: 0, totals: { min: 0, max: 0 } });
    expect(shaped.firstKey).toBeUndefined();
    expect(shaped.uniqueKeys).toBe(true);
  });

  test('with nothing but unfit records has them all in quarantine', async () => {
    const records = Array.from({ length: 5000 }, (_, id) => `{"id":"x${id}"}`);
    const page = `{"meta":{"total":1},"data":[${records.join(',')}]}`;
    const shaped = await bench.shape(cities, [page, page, page]);
    expect(shaped).toMatchObject({ received: 15_000, staged: 0, quarantined: 15_000 });
    expect(shaped.rows).toEqual([]);
    expect(shaped.unfit).toHaveLength(15_000);
    expect(shaped.unfit[12_345]).toMatchObject({ page: 2, position: 2345, record: { id: 'x2345' } });
  });

  test('keeps page order over several row groups', async () => {
    const of = dataset({ id: column('bigint') });
    const pages = Array.from({ length: 13 }, (_, page) => {
      const records = Array.from({ length: 10_000 }, (_, at) => `{"id":${(page * 10_000 + at) ^ 0x155}}`);
      return `{"data":[${records.join(',')}]}`;
    });
    const { rows } = await bench.shape(of, pages);
    expect(rows.map((row) => Number(row.id) ^ 0x155)).toEqual(Array.from({ length: 130_000 }, (_, id) => id));
  });
});

describe('the keys of a range', () => {
  const formats = [
    { type: 'parquet', compression: 'zstd', rowGroupSize: 2048, sorted: false },
    { type: 'jsonl', compression: 'gzip', sorted: false },
    { type: 'csv', compression: 'gzip', sorted: false, neutralise: false },
  ] as const satisfies StageFormat[];
  const columns = { id: column('bigint'), name: column({ type: 'varchar' }) };
  const pageOf = (records: readonly (readonly [number, string])[]) =>
    `{"data":[${records.map(([id, name]) => JSON.stringify({ id, name })).join(',')}]}`;
  const byKey = ([a, x]: readonly [number, string], [b, y]: readonly [number, string]) =>
    a - b || Buffer.compare(Buffer.from(x), Buffer.from(y));

  test.each(formats)('in $type: smallest, largest, and whether each came once', async (format) => {
    const byOne = dataset(columns, { key: ['id'], format });
    const byBoth = dataset(columns, { key: ['id', 'name'], format });
    const records = fc.array(fc.tuple(fc.nat(20), fc.constantFrom('a', 'b', 'é', '"', ' x,')), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(records, records, async (first, second) => {
        // A text is trimmed as it is shaped.
        const all = [...first, ...second].map(([id, name]) => [id, name.trim()] as const).sort(byKey);
        const pages = [pageOf(first), pageOf(second)];
        const different = (keys: readonly unknown[]) => new Set(keys.map((key) => JSON.stringify(key))).size;
        expect(await bench.shape(byOne, pages)).toMatchObject({
          firstKey: JSON.stringify([all[0]?.[0]]),
          lastKey: JSON.stringify([all.at(-1)?.[0]]),
          uniqueKeys: different(all.map(([id]) => id)) === all.length,
        });
        expect(await bench.shape(byBoth, pages)).toMatchObject({
          firstKey: JSON.stringify(all[0]),
          lastKey: JSON.stringify(all.at(-1)),
          uniqueKeys: different(all) === all.length,
        });
      }),
      { numRuns: 12 },
    );
  });

  test('came once where all but one of them are left out', async () => {
    const of = dataset(columns, { key: ['id'], deduplicate: 'last' });
    const page = pageOf([
      [1, 'a'],
      [1, 'b'],
      [2, 'c'],
    ]);
    expect(await bench.shape(of, [page])).toMatchObject({ staged: 2, filtered: 1, uniqueKeys: true });
  });
});

test('ranges that are asked for at once are shaped one after another', async () => {
  const of = dataset(
    { id: column('bigint') },
    { total: { type: 'body', path: 'total', counts: 'records' }, key: ['id'] },
  );
  const shaper = await bench.shaper;
  const shaped = await Promise.all(
    [1, 2, 3].map((id) => {
      const file = (name: string) => `${bench.folder}/${id}-${name}`;
      writeFileSync(file('pages'), `{"total":${id},"data":[{"id":${id}},{"id":"x"}]}\n`);
      return shaper.shape({
        dataset: of,
        runId: 'r-1',
        pagesFile: file('pages'),
        origins: pagesFrom(0, 1),
        stageFile: file('stage'),
        quarantineFile: file('quarantine'),
      });
    }),
  );
  expect(shaped.map(({ firstKey, totals, staged }) => [firstKey, totals?.max, staged])).toEqual([
    ['[1]', 1, 1],
    ['[2]', 2, 1],
    ['[3]', 3, 1],
  ]);
});

test('a range that is fetched again to the same files is shaped from what came last', async () => {
  const of = dataset(
    { id: column('bigint') },
    { key: ['id'], total: { type: 'body', path: 'total', counts: 'records' } },
  );
  for (let id = 10; id < 40; id += 1) {
    const shaped = await bench.shape(of, [`{"total":${id},"data":[{"id":${id}},{"id":"x${id}"}]}`]);
    expect(shaped).toMatchObject({ firstKey: `[${id}]`, totals: { min: id, max: id }, recordsPerPage: [2] });
    expect(shaped.rows).toEqual([{ id: String(id) }]);
    expect(shaped.unfit).toMatchObject([{ reason: `'x${id}' is not a bigint` }]);
  }
});

describe('records and totals are found', () => {
  const columns = { id: column('bigint') };
  test.each([
    ['', { type: 'header', name: 'x-total', counts: 'records' }, '[{"id":1},{"id":2}]', undefined],
    [
      'a.b',
      { type: 'body', path: 'a.c.d', counts: 'records' },
      '{"a":{"b":[{"id":1},{"id":2}],"c":{"d":9}}}',
      9,
    ],
    ['data', { type: 'body', path: 'DATA', counts: 'records' }, '{"data":[{"id":1},{"id":2}],"DATA":9}', 9],
    ['[1]', { type: 'body', path: '[0].total', counts: 'records' }, '[{"total":9},[{"id":1},{"id":2}]]', 9],
    ['data', { type: 'body', path: 'data[0].n', counts: 'records' }, '{"data":[{"id":1,"n":9},{"id":2}]}', 9],
    [
      `["it's \\"it\\""]`,
      { type: 'body', path: "['x y']", counts: 'records' },
      `{"it's \\"it\\"":[{"id":1},{"id":2}],"x y":"9"}`,
      9,
    ],
  ] as const)('records at %j, total at %j', async (records, total, body, expected) => {
    const shaped = await bench.shape(dataset(columns, { records, total }), [body, body]);
    expect(shaped.rows.map((row) => row.id)).toEqual(['1', '2', '1', '2']);
    expect(shaped.totals?.max).toBe(expected);
  });
});

describe('quarantine', () => {
  const of = dataset(
    {
      id: column('bigint'),
      name: column({ type: 'varchar' }, 'a.name', { required: true }),
      n: column('bigint'),
    },
    { key: ['id'] },
  );

  test('names page, position, first column and reason, and keeps the record as it came', async () => {
    const { unfit, rows, firstKey } = await bench.shape(
      of,
      [
        '{"data":[{"id":1,"a":{"name":"x"}}]}',
        '{\n"x":[1], "data":[{"id":1,"a":{"name":"x"}}, {"id":"1.5",\r\n "n":"y", "d":1.10, "e":12345678901234567890.123}, 5, null, [1], "é"]}',
        `{"data":[{"id":null},{"id":2},{"id":3,"a":{"name":"x"},"n":"${'😀'.repeat(200)}"}]}`,
      ],
      40,
    );
    expect(rows).toHaveLength(2);
    expect(firstKey).toBe('[1]');
    expect(unfit.map(({ page, position, column, reason }) => [page, position, column, reason])).toEqual([
      [41, 1, 'id', "'1.5' is not a bigint"],
      [41, 2, null, '5 is not an object'],
      [41, 3, null, 'null is not an object'],
      [41, 4, null, '[1] is not an object'],
      [41, 5, null, '"é" is not an object'],
      [42, 0, 'id', "'id' has no value, and one is required"],
      [42, 1, 'name', "'a.name' has no value, and one is required"],
      [42, 2, 'n', `'${'😀'.repeat(100)}…' is not a bigint`],
    ]);
    expect(unfit[0]?.line).toBe(
      `{"slice":"all","page":41,"position":1,"column":"id","rule":"type","value":"1.5","reason":"'1.5' is not a bigint","record":{"id":"1.5",   "n":"y", "d":1.10, "e":12345678901234567890.123}}`,
    );
  });

  test('takes a record with half a surrogate pair, and only where a column holds it', async () => {
    const { unfit, rows } = await bench.shape(of, [
      '{"data":[{"id":1,"a":{"name":"x"}},{"id":2,"a":{"name":"\\uD83D!"},"n":"\\ud83d\\ude00"}]}',
      '{"data":[{"id":3,"a":{"name":"\\\\ud83d \\ud83d\\ude00"}},{"id":4,"a":{"name":"x"},"\\udc00":"\\ud83d"}]}',
    ]);
    expect(rows).toEqual([
      { id: '1', name: 'x', n: null },
      { id: '3', name: '\\ud83d 😀', n: null },
      { id: '4', name: 'x', n: null },
    ]);
    expect(unfit).toHaveLength(1);
    expect(unfit[0]).toMatchObject({
      page: 0,
      position: 1,
      column: 'name',
      reason: "'\\uD83D!' holds half of a surrogate pair, which is no character",
    });
    expect(unfit[0]?.line).toContain('"record":{"id":2,"a":{"name":"\\uD83D!"},"n":"\\ud83d\\ude00"}}');
    expect(readdirSync(bench.folder)).not.toContain('pages.readable');
  });
});

describe('a page that is cut off', () => {
  const of = dataset({ id: column('bigint') }, { total: bodyTotal });
  const page = (id: number) => `{"meta": {"total": 3}, "data": [{"id": ${id}, "s": "é\\"]}"}, {"id": 2}]}`;

  test('anywhere is a TransientError that names it, whatever follows', async () => {
    const whole = Buffer.from(page(1));
    for (let length = 1; length < whole.length; length += 1) {
      const cut = whole.subarray(0, length);
      const last = await failure(bench.shape(of, [page(0), cut], 10));
      const middle = await failure(bench.shape(of, [page(0), cut, page(2), page(3)], 10));
      for (const error of [last, middle]) {
        expect(error).toBeInstanceOf(TransientError);
        expect(error.message).toBe('page 12 of cities is cut off or malformed JSON: fetch it again');
      }
    }
  });

  test('before its first byte is a TransientError for its range', async () => {
    const error = await failure(bench.shape(of, [page(0), '', page(2)], 10));
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toBe(
      'pages 11 to 13 of cities came with 2 bodies instead of 3, so a body is empty: fetch them again',
    );
  });

  test('shows how it begins', async () => {
    const error = await failure(bench.shape(of, ['{"data":[<html>]}']));
    expect(error).toMatchObject({ evidence: { excerpt: '{"data":[<html>]}' } });
  });
});

describe('a page that is not what the dataset says', () => {
  const of = dataset({ id: column('bigint') }, { total: bodyTotal });
  const good = '{"meta":{"total":3},"data":[{"id":1}]}';
  const correctRecords = "correct the dataset's records path";
  const correctTotal = 'correct pagination.total';

  test.each([
    [
      '{"meta":{"total":3},"data":{"id":1}}',
      `'data' is an object, not an array of records: ${correctRecords}`,
    ],
    ['{"meta":{"total":3},"items":[]}', `'data' is missing, not an array of records: ${correctRecords}`],
    ['{"meta":{"total":3},"data":null}', `'data' is null, not an array of records: ${correctRecords}`],
    ['{"meta":{"total":3},"data":"x"}', `'data' is a string, not an array of records: ${correctRecords}`],
    ['[{"id":1}]', `'data' is missing, not an array of records: ${correctRecords}`],
    ['null', `'data' is missing, not an array of records: ${correctRecords}`],
    ['5', `'data' is missing, not an array of records: ${correctRecords}`],
    ['{"data":[]}', `the total at 'meta.total' is missing, not a whole number of records: ${correctTotal}`],
    [
      '{"data":[],"meta":[]}',
      `the total at 'meta.total' is missing, not a whole number of records: ${correctTotal}`,
    ],
    [
      '{"data":[],"meta":{"total":"many"}}',
      `the total at 'meta.total' is "many", not a whole number of records: ${correctTotal}`,
    ],
    [
      '{"data":[],"meta":{"total":-1}}',
      `the total at 'meta.total' is -1, not a whole number of records: ${correctTotal}`,
    ],
    [
      '{"data":[],"meta":{"total":1.5}}',
      `the total at 'meta.total' is 1.5, not a whole number of records: ${correctTotal}`,
    ],
    [
      '{"data":[],"meta":{"total":{"n":1}}}',
      `the total at 'meta.total' is {"n":1}, not a whole number of records: ${correctTotal}`,
    ],
  ])('%s', async (body, message) => {
    const error = await failure(bench.shape(of, [good, body, good], 11));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toBe(`page 13 of cities: ${message}`);
  });

  test('is not UTF-8', async () => {
    const error = await failure(bench.shape(of, [good, Buffer.from(good.replace('1', '"é"'), 'latin1')], 11));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toMatch(/^page 13 of cities is not UTF-8/);
  });

  test('holds two values', async () => {
    const error = await failure(bench.shape(of, [`${good}${good}`, good], 11));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toMatch(/^pages 12 to 13 of cities hold 3 JSON values instead of 2/);
  });

  test.each([
    ['{"data":[],"meta":{"total":3},"data":[]}', 'data'],
    ['{"data":5,"data":[],"meta":{"total":3}}', 'data'],
    ['{"data":[],"meta":{"total":3},"\\u006deta":{"total":3}}', 'meta'],
    ['{"data":[],"meta":{"total":3,"total":4},"x":1,"x":2}', 'meta.total'],
  ])('has a key twice that matters: %s', async (body, key) => {
    const error = await failure(bench.shape(of, [good, body], 11));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toBe(
      `page 13 of cities: '${key}' is there twice, so nobody can tell which one counts: the source must send each key once`,
    );
  });

  test('has a key twice that does not matter', async () => {
    const { rows } = await bench.shape(
      of,
      ['{"x":1,"x":2,"data":[{"id":1}],"meta":{"total":3,"y":1,"y":2}}'],
      11,
    );
    expect(rows).toEqual([{ id: '1' }]);
  });

  test('has its records twice where that goes unnoticed: the first count, in quarantine as well', async () => {
    const twice = dataset(
      { id: column('bigint') },
      { total: { type: 'body', path: 'DATA', counts: 'records' } },
    );
    const body = '{"data":[{"id":"x"}],"DATA":1,"data":[{"id":"y"},{"id":"z"}]}';
    const { received, unfit } = await bench.shape(twice, [body]);
    expect(received).toBe(1);
    expect(unfit).toMatchObject([{ reason: "'x' is not a bigint", record: { id: 'x' } }]);
  });
});

describe('hostile content', () => {
  const of = dataset({ id: column('bigint'), s: column({ type: 'varchar' }), j: column({ type: 'json' }) });

  const long = 'x'.repeat(10_000_000);
  const small = Array.from({ length: 60 }, (_, id) => `{"data":[{"id":${id}}]}`);

  test('a text of 10 MB that fits', async () => {
    const { rows } = await bench.shape(of, [`{"data":[{"id":1,"s":"${long}"}]}`, ...small]);
    expect(rows).toHaveLength(61);
    expect(rows[0]?.s).toHaveLength(10_000_000);
  });

  test('a text of 10 MB that does not fit', async () => {
    const { rows, unfit } = await bench.shape(of, [`{"data":[{"id":"${long}"}]}`, ...small]);
    expect(rows).toHaveLength(60);
    expect(unfit[0]?.reason).toBe(`'${'x'.repeat(100)}…' is not a bigint`);
    expect(unfit[0]?.record).toEqual({ id: long });
  });

  test('more than DuckDB may hold says what to change', async () => {
    const bodies = Array.from({ length: 6 }, () => `{"data":[{"id":1,"s":"${long}"}]}`);
    const error = await failure(bench.shape(of, bodies, 3));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toMatch(
      /^pages 4 to 9 of cities do not fit into DuckDB's memory: give the worker more, or a range fewer pages/,
    );
    expect((await bench.shape(of, small)).staged).toBe(60);
  });

  test('values nested 200 and 100,000 levels deep', async () => {
    for (const depth of [200, 100_000]) {
      const deep = `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`;
      const { rows } = await bench.shape(of, [`{"x":${deep},"data":[{"id":1,"s":${deep},"j":${deep}}]}`]);
      expect(rows).toEqual([{ id: '1', s: deep, j: deep }]);
    }
  });

  test('names that JavaScript and SQL hold dear', async () => {
    const named = dataset({
      proto: column({ type: 'varchar' }, '__proto__.constructor'),
      select: column({ type: 'varchar' }, `["'; DROP TABLE x; --"]`),
      value: column({ type: 'varchar' }, 'value', { sql: 'upper(value)' }),
      record: column({ type: 'varchar' }, 'hasOwnProperty'),
      raw0: column({ type: 'varchar' }, '$x'),
    });
    const { rows } = await bench.shape(named, [
      `{"data":[{"__proto__":{"constructor":"p"},"'; DROP TABLE x; --":"q","value":"r","hasOwnProperty":"s","$x":"t"},{}]}`,
    ]);
    expect(rows).toEqual([
      { proto: 'p', select: 'q', value: 'R', record: 's', raw0: 't' },
      { proto: null, select: null, value: null, record: null, raw0: null },
    ]);
  });

  test('of a key that occurs twice the first counts', async () => {
    const { rows } = await bench.shape(of, ['{"data":[{"id":1,"id":2}]}']);
    expect(rows).toEqual([{ id: '1', s: null, j: null }]);
  });
});
