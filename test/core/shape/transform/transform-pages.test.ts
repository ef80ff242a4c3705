import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type OpenDuckDB, openDuckDB } from '../../../../core/shape/duckdb';
import { type TransformedPages, transformPages } from '../../../../core/shape/transform/transform-pages';
import { transformedRows } from '../../../../core/shape/transform/transformed-rows';
import type { Dataset, SourceRecord, Transform } from '../../../../core/source/source';
import { aDataset } from '../../../support/source-fixture';

const folder = mkdtempSync(join(tmpdir(), 'transform-'));
const pagesFile = join(folder, 'pages');
const file = join(folder, 'transformed');
let duckdb: OpenDuckDB;
beforeAll(async () => {
  duckdb = await openDuckDB({ memoryMegabytes: 300, temporaryDirectory: folder });
});
afterAll(async () => {
  await duckdb.close();
  rmSync(folder, { recursive: true });
});

interface Row {
  ordinal: string;
  position: string;
  element: string | null;
  record: string | null;
  page_values: (string | null)[];
}

/** Transforms bodies, and reads the rows back. */
async function transformed(
  transform: Transform,
  bodies: readonly (string | Buffer)[],
  changes: Partial<Dataset> = {},
): Promise<TransformedPages & { rowsRead: Row[] }> {
  writeFileSync(pagesFile, Buffer.concat(bodies.flatMap((body) => [Buffer.from(body), Buffer.from('\n')])));
  const dataset = aDataset({ transform, pagination: { type: 'single' }, records: 'data', ...changes });
  const origins = bodies.map((_, page) => ({
    slice: 'all',
    page: page + 10,
    parameters: { country: 'DE' },
    fetchedAt: '2026-01-01T00:00:00.000Z',
  }));
  const result = await transformPages({ dataset, pagesFile, origins, file });
  const { pages, rows, dropped, unfit, longestLine } = result;
  const query = transformedRows({ path: file, maximumBodyBytes: longestLine });
  const rowsRead = (await duckdb.connection.runAndReadAll(query)).getRowObjectsJson() as never;
  return { pages, rows, dropped, unfit, longestLine, rowsRead };
}

const same: Transform = (record) => record;

describe('transformPages', () => {
  test('gives rows that name page, record and element, with exact numbers', async () => {
    const split: Transform = ({ id, parts, ...rest }) => {
      if (id === 'none') return null;
      if (id === 'bad') throw new RangeError('no parts');
      return Array.isArray(parts) ? parts.map((part) => ({ id, part })) : { id, ...rest };
    };
    const result = await transformed(split, [
      '{"data":[{"id":9007199254740993,"price":0.12345678901234567890},{"id":"none"},{"id":1,"parts":[1e400,2]}]}',
      '{"data":[]}',
      ' {"data" : [ {"id":"bad"} ,\n 7, null,"text", [1,\n2], {"id":2,"parts":[]}] }',
    ]);
    expect(
      result.rowsRead.map(({ ordinal, position, element, record }) => [ordinal, position, element, record]),
    ).toEqual([
      ['0', '0', null, '{"id":9007199254740993,"price":"0.12345678901234567890"}'],
      ['0', '2', '0', '{"id":1,"part":"1e400"}'],
      ['0', '2', '1', '{"id":1,"part":2}'],
      ['2', '1', null, '7'],
      ['2', '2', null, null],
      ['2', '3', null, '"text"'],
      ['2', '4', null, '[1,2]'],
    ]);
    expect(result).toMatchObject({ rows: 7, dropped: 2 });
    expect(result.unfit).toEqual([
      { ordinal: 2, position: 0, reason: 'transform threw RangeError: no parts' },
    ]);
    expect(result.pages.map(({ ordinal, records }) => [ordinal, records])).toEqual([
      [0, 3],
      [1, 0],
      [2, 6],
    ]);
  });

  test('tells the transform the page in its slice and the parameters, which it cannot change', async () => {
    const nosy: Transform = (_record, origin) => {
      expect(() => Object.assign(origin.parameters, { country: 'FR' })).toThrow(TypeError);
      return { page: origin.page, ...origin.parameters };
    };
    const { rowsRead, unfit } = await transformed(nosy, ['{"data":[{}]}', '{"data":[{},{}]}']);
    expect(unfit).toEqual([]);
    expect(rowsRead.map(({ record }) => JSON.parse(record ?? ''))).toEqual(
      [10, 11, 11].map((page) => ({ page, country: 'DE' })),
    );
  });

  test('reads the values of a page that columns ask for, exactly, wherever they stand', async () => {
    const column = (page: string) => ({ columnType: { type: 'varchar' }, options: { page } }) as const;
    const columns = {
      at: column('meta.at'),
      big: column('meta.big'),
      gone: column('meta.gone'),
      list: column('meta.list'),
      first: column('data[0].id'),
      late: column('late'),
    };
    const { rowsRead } = await transformed(
      same,
      [
        '{"meta":{"at":"2\\u0030","big":9007199254740993.10,"list":[1, {"a":null}]},"data":[{"id":5},{}],"late":true}',
        '{"data":[{}],"late":null}',
      ],
      { columns },
    );
    expect(rowsRead.map(({ page_values }) => page_values)).toEqual([
      ['20', '9007199254740993.10', null, '[1, {"a":null}]', '5', 'true'],
      ['20', '9007199254740993.10', null, '[1, {"a":null}]', '5', 'true'],
      [null, null, null, null, null, null],
    ]);
  });

  test('keeps the JSON of page values that are read from JSON: a text is no number, and null is no value', async () => {
    const column = (page: string) => ({ columnType: { type: 'json' }, options: { page } }) as const;
    const columns = {
      digits: column('meta.digits'),
      word: column('meta.word'),
      list: column('meta.list'),
      first: column('data[0].id'),
      none: column('meta.none'),
      gone: column('meta.gone'),
      plain: { columnType: { type: 'varchar' }, options: { page: 'meta.digits' } } as const,
    };
    const { rowsRead } = await transformed(
      same,
      [
        '{"meta":{"digits":"5","word":"a\\u0062c","none":null,"list":[1,\r\n {"a":null,"n":9007199254740993}]},"data":[{"id":"7"}]}',
      ],
      { columns },
    );
    expect(rowsRead.map(({ page_values }) => page_values)).toEqual([
      ['"5"', '"abc"', '[1,{"a":null,"n":9007199254740993}]', '"7"', null, null, '5'],
    ]);
  });

  test.each(['', 'a.b[1]', "['x.y'].__proto__"])("finds records at '%s'", async (records) => {
    const bodies: Record<string, string> = {
      '': '[{"id":1}]',
      'a.b[1]': '{"a":{"b":[0,[{"id":1}]]}}',
      "['x.y'].__proto__": '{"x.y":{"__proto__":[{"id":1}]}}',
    };
    const { rowsRead } = await transformed(same, [bodies[records] ?? ''], { records });
    expect(rowsRead.map(({ record }) => record)).toEqual(['{"id":1}']);
  });

  test("hashes the first record's own bytes, and reads totals as their page has them", async () => {
    const { pages } = await transformed(
      same,
      [
        '{"meta":{"total":1e3},"data":[ {"a":1.0} ,{}]}',
        '{"data":[],"meta":{"total":"1000"}}',
        '{"data":[{}],"meta":{"total":1000.0}}',
      ],
      { pagination: aDataset().pagination },
    );
    const md5 = createHash('md5').update('{"a":1.0}').digest('hex').slice(0, 16);
    expect(pages.map(({ total, firstRecord }) => [total, firstRecord])).toEqual([
      ['1000', md5],
      ['1000', undefined],
      ['1000', createHash('md5').update('{}').digest('hex').slice(0, 16)],
    ]);
  });

  test.each<readonly [string, string | Buffer, string, string]>([
    [
      'is cut off',
      '{"data":[{"id":1},{"id',
      'CutOffBodyError',
      'page 12 of cities is cut off or malformed JSON',
    ],
    [
      'has two values without a comma',
      '{"data":[{"id":1} {"id":2}]}',
      'CutOffBodyError',
      'page 12 of cities',
    ],
    ['has a comma too many', '{"data":[{"id":1},]}', 'CutOffBodyError', 'page 12 of cities'],
    ['is malformed in a record', '{"data":[{"id":01}]}', 'CutOffBodyError', 'page 12 of cities'],
    [
      'is malformed around the records',
      '{"meta":{"a":tru},"data":[{"id":1}]}',
      'CutOffBodyError',
      'page 12 of cities',
    ],
    [
      'is not UTF-8',
      Buffer.from('{"data":[{"id":"\xe9"}]}', 'latin1'),
      'NotJsonError',
      'page 12 of cities is not UTF-8',
    ],
    ['has no records', '{"items":[]}', 'RecordsNotFoundError', "page 12 of cities: 'data' is missing"],
    ['has an object there', '{"data":{}}', 'RecordsNotFoundError', "page 12 of cities: 'data' is an object"],
    [
      'names two arrays of records',
      '{"data":{},"data":[]}',
      'NotJsonError',
      "page 12 of cities: 'data' is there twice",
    ],
  ])('refuses a page that %s', async (_what, body, name, message) => {
    const failing = transformed(same, ['{"data":[{}]}', body]);
    await expect(failing).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
    expect(existsSync(file)).toBe(false);
  });

  test.each(['varchar', 'json'] as const)(
    'refuses a malformed record that a %s column looks into',
    async (type) => {
      const columns = { first: { columnType: { type }, options: { page: 'data[0].id' } } } as const;
      await expect(transformed(same, ['{"data":[{"id":"\\x"}]}'], { columns })).rejects.toMatchObject({
        name: 'CutOffBodyError',
      });
      expect(existsSync(file)).toBe(false);
    },
  );

  test('refuses a total that is none, and bodies that are not one per page', async () => {
    const { pagination } = aDataset();
    await expect(transformed(same, ['{"data":[]}'], { pagination })).rejects.toMatchObject({
      name: 'TotalNotFoundError',
    });
    await expect(transformed(same, ['{"data":[]}', ''])).rejects.toMatchObject({ name: 'CutOffBodyError' });
    await expect(transformed(same, ['{"data":[]}{"data":[]}'])).rejects.toMatchObject({
      name: 'NotJsonError',
    });
  });

  test('hostile records come through as they are', async () => {
    const hostile = [
      '{"__proto__":{"admin":true},"id":1}',
      `{"deep":${'['.repeat(200)}1${']'.repeat(200)}}`,
      '{"half":"\\ud800","nul":"\\u0000"}',
      '{"a":{"b":1},"n":9007199254740993}',
      `{"long":"${'x'.repeat(10_000_000)}","n":9007199254740993}`,
    ];
    const { longestLine } = await transformed(same, [
      `{"data":[${hostile.filter((text) => !text.includes('half')).join(',')}]}`,
    ]);
    expect(longestLine).toBeGreaterThan(10_000_000);
    writeFileSync(pagesFile, `{"data":[${hostile.join(',')}]}\n`);
    const origins = [{ slice: 'all', page: 0, parameters: {}, fetchedAt: '2026-01-01T00:00:00.000Z' }];
    const dataset = aDataset({ transform: same, pagination: { type: 'single' } });
    const { rows, unfit } = await transformPages({ dataset, pagesFile, origins, file });
    expect({ rows, unfit }).toEqual({ rows: hostile.length, unfit: [] });
    const line = readFileSync(file, 'utf8');
    for (const text of hostile) expect(line.includes(text)).toBe(true);
  });

  test('a record nested beyond any measure is unfit, and the others are not', async () => {
    const deep = (inside: string) => `{"deep":${'['.repeat(100_000)}${inside}${']'.repeat(100_000)}}`;
    const records = ['{"id":1}', deep(''), '{"id":9007199254740993}', deep('9007199254740993')];
    const { rows, unfit } = await transformed(same, [`{"data":[${records.join(',')}]}`]);
    expect(rows).toBe(2);
    expect(unfit).toEqual([
      { ordinal: 0, position: 1, reason: expect.stringContaining('nested too deeply') },
      { ordinal: 0, position: 3, reason: 'the record is nested too deeply to be transformed' },
    ]);
  });

  test('loses no record and invents none, whatever the transform does', async () => {
    const answers = fc.constantFrom('one', 'none', 'throw', 'wrong', 'two', 'empty', 'number');
    const pages = fc.array(fc.array(answers, { maxLength: 6 }), { minLength: 1, maxLength: 4 });
    const acting: Transform = (record: SourceRecord) => {
      if (record.do === 'none') return undefined;
      if (record.do === 'throw') throw new Error('told so');
      if (record.do === 'wrong') return { at: new Date() } as never;
      if (record.do === 'two') return [record, record];
      return record.do === 'empty' ? [] : record;
    };
    await fc.assert(
      fc.asyncProperty(pages, async (all) => {
        const records = all.map((page) => page.map((act) => (act === 'number' ? 7 : { do: act })));
        const result = await transformed(
          acting,
          records.map((data) => JSON.stringify({ data })),
        );
        const count = (...acts: string[]) => all.flat().filter((act) => acts.includes(act)).length;
        expect(result.rows).toBe(count('one', 'number') + 2 * count('two'));
        expect(result.rowsRead).toHaveLength(result.rows);
        expect(result.dropped).toBe(count('none', 'empty'));
        expect(result.unfit).toHaveLength(count('throw', 'wrong'));
        expect(result.pages.map((page) => page.records)).toEqual(all.map((page) => page.length));
      }),
      { numRuns: 50 },
    );
  });
});
