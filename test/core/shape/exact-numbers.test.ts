import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { ColumnType } from '../../../core/source/column';
import type { StageFormat } from '../../../core/source/source';
import { saidBy } from './decimal-text';
import { column, dataset, ShapingBench } from './shaping';

const bench = new ShapingBench();
afterAll(() => bench.close());

const fine: ColumnType = { type: 'decimal', precision: 38, scale: 19 };
const varchar: ColumnType = { type: 'varchar' };
const json: ColumnType = { type: 'json' };
const money: ColumnType = { type: 'decimal', precision: 20, scale: 2 };
const number = '0.1234567890123456789';

const page = (...records: string[]) => `{"data":[${records.join(',')}]}`;
const unfit = Symbol('unfit');

describe('a bare number', () => {
  test.each<[ColumnType, string, unknown]>([
    [money, '100000000000000000.25', '100000000000000000.25'],
    [money, '123456789012345.001', unfit],
    [money, '1.00000000000000001', unfit],
    [money, '1e-400', unfit],
    [money, '1.5e400', unfit],
    [money, '123456789.1234567', unfit],
    [money, '12345678901234567.5', '12345678901234567.50'],
    [fine, number, number],
    [fine, `-${number}`, `-${number}`],
    [fine, '123456789012345678.5', '123456789012345678.5000000000000000000'],
    [{ type: 'hugeint' }, '12345678901234567890.0', unfit],
    [{ type: 'bigint' }, '1.00000000000000001', unfit],
    [{ type: 'double' }, number, 0.12345678901234568],
    [{ type: 'double' }, '9007199254740993.5', 9007199254740994],
    [{ type: 'double' }, '4.9e-324', 5e-324],
    [{ type: 'double' }, '1e-400', unfit],
    [{ type: 'double' }, '1e400', unfit],
    [varchar, number, number],
    [varchar, '0.30000000000000004', '0.30000000000000004'],
    [varchar, '1e-400', '1e-400'],
    [varchar, '1E-0000400', '1E-0000400'],
    [varchar, '1e400', '1e400'],
    [varchar, '1.10', '1.1'],
    [varchar, `{"a":[${number}],"b":"1.0"}`, `{"a":[${number}],"b":"1.0"}`],
    [json, number, number],
    [
      json,
      `{"a":[${number},{"b":-1E-400}],"c":"${number}"}`,
      `{"a":[${number},{"b":-1E-400}],"c":"${number}"}`,
    ],
    [json, `"${number}"`, `"${number}"`],
    [
      { type: 'list', of: column(varchar) },
      `[${number}," x ",{"a":${number}}]`,
      [number, 'x', `{"a":${number}}`],
    ],
    [{ type: 'list', of: column(varchar) }, `[${number},"x"]`, [number, 'x']],
    [{ type: 'list', of: column(fine) }, `[${number},null]`, [number, null]],
    [{ type: 'list', of: column(json) }, `[{"a":${number}}]`, [`{"a":${number}}`]],
    [{ type: 'list', of: column({ type: 'double' }) }, `[${number},1e-400]`, unfit],
    [
      { type: 'struct', fields: { a: column(fine), b: column(json) } },
      `{"a":${number},"b":${number}}`,
      { a: number, b: number },
    ],
    [{ type: 'map', of: column(json) }, `{"k":${number}}`, [{ key: 'k', value: number }]],
    [{ type: 'map', of: column(fine) }, `{"k":${number}}`, [{ key: 'k', value: number }]],
    [{ type: 'timestamp', format: 'epoch-millis' }, '253402300799.999999', unfit],
    [{ type: 'timestamp', format: 'epoch-seconds' }, '253402300799.999999', '9999-12-31 23:59:59.999999+00'],
  ])('for %j: %s is %j', async (type, text, expected) => {
    const of = dataset({ v: column(type) });
    const { rows, unfit: quarantined } = await bench.shape(of, [page(`{"v":${text}}`, '{"v":null}')]);
    expect(rows.at(-1)).toEqual({ v: null });
    if (expected !== unfit) expect(rows[0]).toEqual({ v: expected });
    else expect(quarantined).toMatchObject([{ column: 'v', rule: 'type' }]);
  });
});

describe('a bare number that a double would alter', () => {
  const wide = `{"id":1,"a":${number},"n":{"b":1.50,"c":-${number}},"l":[{"x":${number},"y":1E5},{"x":"1.5"}]}`;

  test('comes with those that it would not, in their own columns, in order', async () => {
    const of = dataset(
      { id: column('bigint'), a: column(fine), b: column(varchar, 'n.b'), x: column(varchar, 'l[0].x') },
      { unknownFields: 'capture', key: ['id'] },
    );
    const { rows, firstKey } = await bench.shape(of, [page('{"id":0}'), page(wide, '{"id":2,"a":1.5}')], 3);
    expect(rows).toEqual([
      { id: '0', a: null, b: null, x: null, _extra: null },
      { id: '1', a: number, b: '1.5', x: number, _extra: `{"n":{"c":-${number}}}` },
      { id: '2', a: '1.5000000000000000000', b: null, x: null, _extra: null },
    ]);
    expect(firstKey).toBe('[0]');
  });

  test('is exact in rows that are exploded, and in values of the page', async () => {
    const of = dataset(
      {
        rate: column(fine, undefined, { page: 'meta.rate' }),
        all: column(json, undefined, { page: 'meta' }),
        list: column({ type: 'list', of: column(fine) }, undefined, { page: 'meta.list' }),
        x: column(varchar, 'l[].x'),
        item: column(json, 'l[]'),
      },
      { explode: 'l', unknownFields: 'capture' },
    );
    const meta = `{"rate":${number},"list":[${number}]}`;
    const { rows } = await bench.shape(of, [`{"meta":${meta},"data":[${wide}]}`]);
    const own = {
      rate: number,
      all: meta,
      list: [number],
      _extra: `{"id":1,"a":${number},"n":{"b":1.5,"c":-${number}}}`,
    };
    expect(rows).toEqual([
      { ...own, x: number, item: `{"x":${number},"y":100000.0}` },
      { ...own, x: '1.5', item: '{"x":"1.5"}' },
    ]);
  });

  test.each<StageFormat>([
    { type: 'jsonl', compression: 'gzip', sorted: false },
    { type: 'csv', compression: 'gzip', sorted: true, neutralise: true },
  ])('is exact in %j', async (format) => {
    const of = dataset(
      {
        a: column(fine),
        n: column(json),
        l: column({
          type: 'list',
          of: column({ type: 'struct', fields: { x: column(json), y: column({ type: 'double' }) } }),
        }),
      },
      { format, key: ['a'], unknownFields: 'capture' },
    );
    const text = 'say \\"1.5, -2.5e-7\\\\\\", m';
    const record = `{"a":${number},"n":{"b":1.50,"c":[-${number}],"s":"${text}"},"l":[{"x":${number},"y":1E5},{"x":"1.5"}],"z":${number}}`;
    const { staged } = await bench.shape(of, [page(record)]);
    expect(staged).toBe(1);
    const lines = gunzipSync(readFileSync(bench.files.stageFile)).toString('utf8').trimEnd().split('\n');
    const n = `{"b":1.5,"c":[-${number}],"s":"${text}"}`;
    const l = `[{"x":${number},"y":100000.0},{"x":"1.5","y":null}]`;
    const z = `{"z":${number}}`;
    const inCsv = (json: string) => `"${json.replaceAll('"', '""')}"`;
    expect(lines).toEqual(
      format.type === 'jsonl'
        ? [`{"a":"${number}","n":${n},"l":${l},"_extra":${z}}`]
        : ['a,n,l,_extra', [number, ...[n, l, z].map(inCsv)].join(',')],
    );
  });

  test('is a text for a transform, and exact in values of its page', async () => {
    const seen: unknown[] = [];
    const of = dataset(
      {
        a: column(fine),
        rates: column({ type: 'list', of: column(fine) }, undefined, { page: 'rates' }),
        all: column(json, undefined, { page: 'rates' }),
        b: column(json),
      },
      {
        unknownFields: 'capture',
        transform: (record) => {
          seen.push(record.a, record.b);
          return { ...record, more: true };
        },
      },
    );
    const { rows, observations } = await bench.shape(of, [
      `{"rates":[${number}],"data":[{"a":${number},"b":0.30000000000000004},${number}]}`,
    ]);
    expect(seen).toEqual([number, 0.30000000000000004]);
    expect(rows).toEqual([
      { a: number, rates: [number], all: `[${number}]`, b: '0.30000000000000004', _extra: '{"more":true}' },
    ]);
    expect(observations.unknownFields).toMatchObject([{ name: 'more', type: 'boolean' }]);
    expect(observations.quarantined).toMatchObject([
      { rule: 'object', example: { reason: `${number} is not an object` } },
    ]);
  });

  test('stands in quarantine as it was sent, and in reasons', async () => {
    const of = dataset({
      id: column('bigint'),
      a: column(money),
      l: column({ type: 'list', of: column(money) }),
    });
    const records = [
      `{"id":1, "a":${number}}`,
      `{"id":2,"l":[1.10,${number}]}`,
      number,
      `[${number}, 1.50]`,
      `{"id":${number},"z":${number}}`,
    ];
    const { unfit: lines, observations } = await bench.shape(of, [page(...records)]);
    expect(lines.map(({ column: name, value, reason }) => [name, value, reason])).toEqual([
      ['a', number, `'${number}' is not a decimal(20,2)`],
      ['l', `[1.1,${number}]`, `[1.1,${number}] is not a list of decimal(20,2)`],
      [null, number, `${number} is not an object`],
      [null, `[${number},1.5]`, `[${number},1.5] is not an object`],
      ['id', number, `'${number}' is not a bigint`],
    ]);
    for (const [index, { line }] of lines.entries()) expect(line).toContain(`"record":${records[index]}}`);
    expect(observations.unknownFields).toMatchObject([{ name: 'z', type: 'number', count: 1 }]);
  });

  test('comes with half a surrogate pair, and with texts like the marks', async () => {
    const of = dataset({ s: column(varchar), a: column(varchar), j: column(json) });
    const marks = [
      '~marked-0-number-1.5',
      '~marked-1-surrogate-d800',
      '\\u007emarked-2-number-',
      '~\\u006darked-\\u0033-',
      '\\\\u007emarked-4-',
    ];
    const records = marks.map((text) => `{"s":"${text}","a":${number},"j":["${text}",${number}]}`);
    const { rows, unfit: lines } = await bench.shape(of, [
      page(...records, `{"s":"\\ud800","a":${number}}`, `{"s":"x","a":"1.5","z":"\\ud800"}`),
    ]);
    const read = marks.map((text) => String(JSON.parse(`"${text}"`)));
    expect(rows).toEqual([
      ...read.map((s) => ({ s, a: number, j: `["${s.replaceAll('\\', '\\\\')}",${number}]` })),
      { s: 'x', a: '1.5', j: null },
    ]);
    expect(lines).toMatchObject([{ column: 's', rule: 'surrogate', value: '\\ud800' }]);
  });

  test('leaves the hash of a first record as it is without one', async () => {
    const of = dataset({ id: column('bigint') });
    const bodies = [page('{"id":1,"b":1.50}', '{"id":2}'), page(`{"id":1,"s":"é"}`)];
    const { firstRecords } = await bench.shape(of, bodies);
    const again = await bench.shape(of, [...bodies, page(`{"id":3,"x":${number},"s":"\\ud800 ~marked-0-"}`)]);
    expect(again.firstRecords.slice(0, 2)).toEqual(firstRecords);
    const moved = await bench.shape(of, [
      page(`{"id":3,"x":${number},"s":"\\ud800 ~marked-0-"}`),
      page('{"s":"~marked-1-"}'),
    ]);
    expect(moved.firstRecords[0]).toBe(again.firstRecords[2]);
    const other = await bench.shape(of, [page(`{"id":3,"x":${number}1,"s":"\\ud800 ~marked-0-"}`)]);
    expect(other.firstRecords[0]).not.toBe(again.firstRecords[2]);
  });

  test('as a total is what any JSON reader takes it for', async () => {
    const of = dataset(
      { id: column('bigint') },
      { total: { type: 'body', path: 'total', counts: 'records' } },
    );
    const { totals } = await bench.shape(of, [
      '{"data":[{"id":1}],"total":3.00000000000000000001}',
      '{"data":[{"id":2}],"total":3e0}',
      '{"data":[{"id":3}],"total":"3"}',
    ]);
    expect(totals).toEqual({ min: 3, max: 3 });
  });

  test('does not hide that a page is cut off, malformed or too long', async () => {
    const of = dataset({ id: column('bigint'), s: column(varchar) });
    const good = page(`{"id":1,"s":${number}}`);
    for (const bad of [good.slice(0, -1), page(`{"id":1,"s":0${number}}`), page(`{${number}:1}`)])
      await expect(bench.shape(of, [good, bad], 4)).rejects.toThrow(
        'page 6 of cities is cut off or malformed JSON: fetch it again',
      );
    const long = 'x'.repeat(17 * 1024 * 1024);
    const { rows } = await bench.shape(of, [good, page(`{"id":2,"s":"${long}"}`)]);
    expect(rows.map(({ id }) => id)).toEqual(['1', '2']);
  });
});

test('every number is stored as it was written, or set aside', async () => {
  const digits = (most: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${most}}$`));
  const numbers = fc
    .tuple(
      fc.constantFrom('', '-'),
      digits(20).map((text) => text.replace(/^0+(?=\d)/, '')),
      fc.option(digits(20), { nil: undefined }),
      fc.option(fc.oneof(fc.integer({ min: -25, max: 25 }), fc.integer({ min: -420, max: 420 })), {
        nil: undefined,
      }),
    )
    .map(([sign, whole, fraction, exponent]) =>
      [
        sign,
        whole,
        fraction === undefined ? '' : `.${fraction}`,
        exponent === undefined ? '' : `e${exponent}`,
      ].join(''),
    );
  const of = dataset({
    v: column(varchar),
    j: column(json),
    l: column({ type: 'list', of: column(varchar) }),
    m: column({ type: 'map', of: column(json) }),
    d: column(fine, undefined, { onUnfit: 'null' }),
    f: column({ type: 'double' }, undefined, { onUnfit: 'null' }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(numbers, { minLength: 20, maxLength: 20 }), async (texts) => {
      const records = texts.map(
        (text) => `{"v":${text},"j":${text},"l":[${text}],"m":{"k":${text}},"d":${text},"f":${text}}`,
      );
      const { rows } = await bench.shape(of, [page(...records)]);
      for (const [index, text] of texts.entries()) {
        const { v, j, l, m, d, f } = rows[index] ?? {};
        const found = [v, j, l, m].map((value) => /-?\d[-+.eE\d]*/.exec(JSON.stringify(value))?.[0] ?? '');
        for (const one of found) expect([text, saidBy(one)]).toEqual([text, saidBy(text)]);
        if (d !== null) expect([text, saidBy(String(d))]).toEqual([text, saidBy(text)]);
        if (f !== null) expect([text, Number(f) + 0]).toEqual([text, Number(text) + 0]);
      }
    }),
    { numRuns: 40 },
  );
});
