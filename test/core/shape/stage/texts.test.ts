import fc from 'fast-check';
import type { CsvFormat, JsonLinesFormat } from '../../../../core/source/source';
import { anyRows, datasetOf, everyType, noRows } from './every-type';
import { knownRows } from './known-rows';
import { parseCsv } from './rfc4180';
import { stageFiles, textOf } from './stage-files';

const files = stageFiles();
const jsonl: JsonLinesFormat = { type: 'jsonl', compression: 'zstd', sorted: false };
const csv: CsvFormat = { type: 'csv', compression: 'zstd', sorted: false, neutralise: false };
const text = { id: { type: 'bigint' }, text: { type: 'varchar' } } as const;

const jsonLines = async (query: string, types: Parameters<typeof datasetOf>[0]) =>
  textOf(await files().write(query, datasetOf(types, { format: jsonl })));
const csvText = async (
  query: string,
  types: Parameters<typeof datasetOf>[0],
  changes: Partial<CsvFormat> = {},
) => textOf(await files().write(query, datasetOf(types, { format: { ...csv, ...changes } })));

/** The texts of a query's column, by DuckDB itself; its client for Node takes a byte order mark off the beginning of a text. */
async function textsOf(query: string): Promise<unknown[]> {
  const reader = await files().duckdb.connection.runAndReadAll(`SELECT '.' || text FROM (${query})`);
  return reader.getRows().map(([value]) => (typeof value === 'string' ? value.slice(1) : value));
}

describe('JSON lines', () => {
  it('keep every digit: 64-bit integers as numbers, what is longer as texts; times in ISO 8601', async () => {
    const [first, second, end] = (await jsonLines(knownRows, everyType)).split('\n');
    expect(first).toBe(
      [
        '{"id":9007199254740993,"flag":true,"small":-2147483648,"huge":"-99999999999999999999999999999999999999","ratio":0.1',
        '"price":"1234567890.50","exact":"99999999999999999999.123456789012345678","a \\"text\\", odd\'s":"a \\"b\\", c\\r\\n\\u0000"',
        '"uuid":"3f2504e0-4f89-41d3-9a0c-0305e82c3301","day":"0001-01-01","time":"23:59:59.999999","moment":"9999-12-31T23:59:59.999999Z"',
        '"document":{"a":[1,"x"]},"moments":["2026-01-31T12:30:00.000000Z",null],"texts":["",null,"ä"]',
        '"leaf":{"amount":"1.500000000000000000","odd \\"name":"y","at":null}',
        '"leaves":[{"amount":null,"odd \\"name":"z","at":"1969-12-31T23:59:59.999999Z"}]',
        '"byName":{"k":"0.100000000000000000","":null},"deep":{"d":[{"inner":null,"ratio":1e308}]}}',
      ].join(),
    );
    const nothing = Object.fromEntries(Object.keys(everyType).map((name) => [name, null]));
    expect(JSON.parse(second ?? '')).toEqual({ ...nothing, id: 2 });
    expect(end).toBe('');
  });

  it('say in texts what is no number in JSON', async () => {
    const ratios = { id: { type: 'bigint' }, ratio: { type: 'double' } } as const;
    const rows = `SELECT range AS id, (['inf', '-inf', 'nan', '-0.0', '1e22'])[range + 1]::DOUBLE AS ratio FROM range(5)`;
    const lines = (await jsonLines(rows, ratios)).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).ratio)).toEqual(['Infinity', '-Infinity', 'NaN', -0, 1e22]);
  });

  it('are read by any reader of JSON as the texts that were written', async () => {
    await fc.assert(
      fc.asyncProperty(anyRows(text), async (rows) => {
        const query = [noRows(text), ...rows].join(' UNION ALL ');
        const lines = (await jsonLines(query, text)).split('\n').slice(0, -1);
        expect(lines.map((line) => JSON.parse(line).text)).toEqual(await textsOf(query));
      }),
      { numRuns: 50 },
    );
  });
});

test.each([jsonl, csv])(
  'rows of $type are in the order of the key where that is asked for',
  async (format) => {
    const types = { id: { type: 'bigint' }, a: { type: 'varchar' }, b: { type: 'integer' } } as const;
    const rows = `SELECT range AS id, 'k' || range % 2 AS a, CAST(-range AS INTEGER) AS b FROM range(4)`;
    const sorted = { key: ['a', 'b'], format: { ...format, sorted: true } };
    const written = textOf(await files().write(rows, datasetOf(types, sorted)));
    const ids = [...written.matchAll(/^(?:\{"id":)?(\d),/gm)].map(([, id]) => Number(id));
    expect(ids).toEqual([2, 0, 3, 1]);
  },
);

describe('CSV', () => {
  it('has a header, ends lines by \\n, and says what has parts in JSON', async () => {
    const written = await csvText(knownRows, everyType);
    expect(written.split('\n')[0]).toBe(
      `id,flag,small,huge,ratio,price,exact,"a ""text"", odd's",uuid,day,time,moment,document,moments,texts,leaf,leaves,byName,deep`,
    );
    const [, first, second, ...more] = parseCsv(written);
    expect(first).toEqual([
      ...[
        '9007199254740993',
        'true',
        '-2147483648',
        '-99999999999999999999999999999999999999',
        '0.1',
        '1234567890.50',
      ],
      ...[
        '99999999999999999999.123456789012345678',
        'a "b", c\r\n\u0000',
        '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
      ],
      ...['0001-01-01', '23:59:59.999999', '9999-12-31T23:59:59.999999Z', '{"a":[1,"x"]}'],
      '["2026-01-31T12:30:00.000000Z",null]',
      '["",null,"ä"]',
      '{"amount":"1.500000000000000000","odd \\"name":"y","at":null}',
      '[{"amount":null,"odd \\"name":"z","at":"1969-12-31T23:59:59.999999Z"}]',
      '{"k":"0.100000000000000000","":null}',
      '{"d":[{"inner":null,"ratio":1e308}]}',
    ]);
    expect(second).toEqual(['2', ...Array(18).fill(null)]);
    expect(more).toEqual([]);
    expect(written.endsWith('\n')).toBe(true);
  });

  it('is read by any reader of RFC 4180 as the texts that were written, "" as a text and nothing as none', async () => {
    await fc.assert(
      fc.asyncProperty(anyRows(text), async (rows) => {
        const query = [noRows(text), ...rows].join(' UNION ALL ');
        const [, ...lines] = parseCsv(await csvText(query, text));
        expect(lines.map(([, value]) => value)).toEqual(await textsOf(query));
      }),
      { numRuns: 100 },
    );
  });

  it('has a header where there is no row', async () => {
    expect(await csvText(noRows(text), text)).toBe('id,text\n');
  });

  it('puts a quote before texts that a spreadsheet would run, and before no other', async () => {
    const texts = ['=1+1', '+49', '-5', '@x', '\tx', '\rx', "'=1", "'x", "'", '', 'a=1', ' =1', '1', '\n='];
    const values = texts.map((value, id) => `(${id}::BIGINT, '${value.replaceAll("'", "''")}')`);
    const query = `SELECT * FROM (VALUES ${values.join()}) AS rows(id, text)`;
    const [, ...lines] = parseCsv(await csvText(query, text, { neutralise: true }));
    expect(lines.map(([, value]) => value)).toEqual([
      ...["'=1+1", "'+49", "'-5", "'@x", "'\tx", "'\rx", "''=1"],
      ...["'x", "'", '', 'a=1', ' =1', '1', '\n='],
    ]);
  });

  it('names what is no finite number as Java does', async () => {
    const ratios = { id: { type: 'bigint' }, ratio: { type: 'double' } } as const;
    const rows = `SELECT range AS id, (['inf', '-inf', 'nan', '-0.0', NULL])[range + 1]::DOUBLE AS ratio FROM range(5)`;
    expect(await csvText(rows, ratios)).toBe('id,ratio\n0,Infinity\n1,-Infinity\n2,NaN\n3,-0.0\n4,\n');
  });

  it('neutralises texts only', async () => {
    const types = { id: { type: 'bigint' }, document: { type: 'json' }, ratio: { type: 'double' } } as const;
    const query = `SELECT -1::BIGINT AS id, '-5'::JSON AS document, -0.5::DOUBLE AS ratio`;
    expect(await csvText(query, types, { neutralise: true })).toBe('id,document,ratio\n-1,-5,-0.5\n');
  });
});
