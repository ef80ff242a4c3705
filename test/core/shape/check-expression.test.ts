import { tmpdir } from 'node:os';
import { ConfigurationError } from '../../../core/errors';
import { type ShapingProblem, shapingProblems } from '../../../core/shape/check-expression';
import { openDuckDB } from '../../../core/shape/duckdb';
import type { ColumnOptions, ColumnType } from '../../../core/source/column';
import type { Dataset } from '../../../core/source/source';
import { column, dataset, ShapingBench } from './shaping';

const bench = new ShapingBench();
afterAll(() => bench.close());

const shapeWith = (sql: string) =>
  bench.shape(dataset({ id: column('bigint'), a: column({ type: 'varchar' }, 'a', { sql }) }), [
    '{"data":[{"id":1,"a":"x"}]}',
  ]);

test.each([
  ["(SELECT content FROM read_text('/etc/hostname'))", 'it holds a subquery'],
  ["exists(FROM '/etc/hostname')", 'it holds a subquery'],
  ["list_transform([1], x -> (SELECT content FROM '/etc/hostname'))[1]", 'it holds a subquery'],
  ["value) FROM read_text('/etc/hostname') WHERE (true", 'it is more than that'],
  ['value) UNION SELECT (1', 'it is more than that'],
  ['value), (1', 'it is more than that'],
  ['value) LIMIT (0', 'it is more than that'],
  ['value) GROUP BY (1', 'it is more than that'],
  ['row_number() OVER ()', 'it holds a window function'],
  ['*', "it holds '*'"],
  ['$1', 'it holds a parameter'],
  ['value; SELECT 1', 'syntax error'],
  ['upper(value', 'syntax error'],
  ['', 'syntax error'],
  ['sum(length(value))', 'it holds sum, which looks at other records'],
  ['random()', 'it holds random, which looks beyond the record'],
  ['upper(name)', "there is no 'name'"],
  ['shout(value)', 'Catalog Error'],
  ['raw0', "there is no 'raw0'"],
  ['raw$0', "there is no 'raw$0'"],
  ['upper(vlaue)', "there is no 'vlaue': did you mean 'value'?"],
  ["getvariable('salt x')", 'it holds getvariable, which looks beyond the record'],
  ['now()', 'it holds now, which looks beyond the record'],
  ['current_timestamp', 'which looks beyond the record'],
  ['current_date', 'which looks beyond the record'],
  ['tell(1, 2, 3, value)', 'it holds tell, which looks beyond the record'],
  ["nextval('x')", 'it holds nextval, which looks beyond the record'],
  ['pg_postmaster_start_time()', 'it holds pg_postmaster_start_time, which looks beyond the record'],
  ['pg_catalog.pg_conf_load_time()', 'it holds pg_conf_load_time, which looks beyond the record'],
  ['txid_current()', 'it holds txid_current, which looks beyond the record'],
  ['version()', 'it holds version, which looks beyond the record'],
  ['localtimestamp', 'it holds localtimestamp, which looks beyond the record'],
  ["ago(INTERVAL '1 day')", 'it holds ago, which looks beyond the record'],
  ["age(TIMESTAMP '2020-01-01')", 'it holds age of one time'],
  ["get_block_size('memory')", 'it holds get_block_size, which looks beyond the record'],
  ["getenv('HOME')", 'it holds getenv, which looks beyond the record'],
  ['any_value(value)', 'it holds any_value, which looks at other records'],
])('%s is refused', async (sql, reason) => {
  const shaping = shapeWith(sql);
  await expect(shaping).rejects.toThrow(ConfigurationError);
  await expect(shaping).rejects.toThrow(reason);
  await expect(shaping).rejects.toThrow("column 'a' of cities: its sql must be one expression over value");
});

test.each([
  ["CASE WHEN value = 'x' THEN 'y' END", 'y'],
  ["list_transform(['b'], y -> y || value)[1]", 'bx'],
  ["regexp_replace(value, '(.)', '\\1\\1')", 'xx'],
  ["'it''s ' || value /* why */ -- not", "it's x"],
  ['value', 'x'],
  ['NULL', null],
  ["nullif(value, 'y')", 'x'],
  ["age(TIMESTAMP '2020-01-02', TIMESTAMP '2020-01-01')", '1 day'],
  ["list_sum([1, 2]) || coalesce(value, 'z')", '3x'],
  ["list_first(['now', value]) || current_user", 'nowduckdb'],
])('%s is taken', async (sql, expected) => {
  expect((await shapeWith(sql)).rows).toEqual([{ id: '1', a: expected }]);
});

test('a column may be called like a word of the clock', async () => {
  const of = dataset({
    localtime: column({ type: 'varchar' }),
    b: column('bigint', undefined, { derived: 'length(localtime)' }),
  });
  expect((await bench.shape(of, ['{"data":[{"localtime":"12:00"}]}'])).rows).toEqual([
    { localtime: '12:00', b: '5' },
  ]);
});

const text = { type: 'varchar' } as const;

async function problemsOf(of: Dataset): Promise<ShapingProblem[]> {
  const { connection, close } = await openDuckDB({ memoryMegabytes: 300, temporaryDirectory: tmpdir() });
  return shapingProblems(connection, of).finally(close);
}

test('every problem of a dataset is told at once', async () => {
  const of = dataset(
    {
      a: column(text, 'a', { sql: 'nofn(value)' }),
      b: column(text, 'b', { pattern: '(?<=x)y' }),
      c: column(text, 'c', {
        replace: [{ pattern: 'a' }, { pattern: '(?=b)' }, { pattern: '(x)', with: '\\2' }],
      }),
      d: column(text, undefined, { derived: 'upper(e)' }),
    },
    { filter: 'random() > 0.5' },
  );
  const problems = await problemsOf(of);
  expect(problems.map(({ path, given }) => [path.join('.'), given])).toEqual([
    ['columns.a.options.sql', 'nofn(value)'],
    ['columns.d.options.derived', 'upper(e)'],
    ['filter', 'random() > 0.5'],
    ['columns.b.options.pattern', '(?<=x)y'],
    ['columns.c.options.replace.1.pattern', '(?=b)'],
    ['columns.c.options.replace.2.with', '\\2'],
  ]);
  expect(problems[0]?.allowed).toMatch(
    /^one expression over value, such as upper\(value\), but .*nofn does not exist/,
  );
  const shaping = bench.shape(of, ['{"data":[]}']);
  for (const { sentence } of problems) await expect(shaping).rejects.toThrow(sentence);
});

test.each<[ColumnType, ColumnOptions, string]>([
  [text, { enum: ['a'], default: 'b' }, "'b' is none of 'a'"],
  [text, { pattern: 'a+', default: 'b' }, "'b' does not match a+"],
  [{ type: 'date', format: '%d.%m.%Y' }, { default: '2024-01-01' }, "'2024-01-01' is not a date"],
  [
    { type: 'timestamp', format: '%d.%m.%Y %H:%M' },
    { default: '2024-01-01' },
    "'2024-01-01' is not a timestamp",
  ],
  [{ type: 'bigint' }, { min: 5, default: 4 }, "'4' is below 5"],
  [{ type: 'decimal', precision: 4, scale: 2 }, { max: '1.5', default: '2' }, "'2' is above 1.5"],
  [text, { min: 'b', default: 'a' }, "'a' is below b"],
])('a default that its own column does not take is refused: %j, %j', async (type, options, reason) => {
  expect(await problemsOf(dataset({ a: column(type, 'a', options) }))).toMatchObject([
    {
      path: ['columns', 'a', 'options', 'default'],
      sentence: expect.stringContaining(
        `column 'a' of cities: its default must be a value that the column takes, as records would write it, but ${reason}`,
      ),
    },
  ]);
});

test.each<[ColumnType, ColumnOptions, unknown]>([
  [text, { enum: ['a', 'b'], default: 'b' }, 'b'],
  [{ type: 'date', format: '%d.%m.%Y' }, { default: '01.02.2024', min: '2024-01-31' }, '2024-02-01'],
  [{ type: 'boolean' }, { default: false }, false],
  [{ type: 'hugeint' }, { default: '12345678901234567890123' }, '12345678901234567890123'],
  [text, { default: '' }, ''],
  // Bounds of texts go by their bytes
  [text, { min: 'b', max: 'c', default: 'bz' }, 'bz'],
])(
  'a default that its own column takes stands where there is no value: %j, %j',
  async (type, options, expected) => {
    const of = dataset({ a: column(type, 'a', options) });
    expect(await problemsOf(of)).toEqual([]);
    const shaped = await bench.shape(of, ['{"data":[{}]}']);
    expect(shaped.rows).toEqual([{ a: expected }]);
  },
);
