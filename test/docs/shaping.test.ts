import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as builders from '../../core/source/columns';
import { defineSource, secret } from '../../core/source/define-source';
import type { Dataset, Source } from '../../core/source/source';
import { ShapingBench } from '../core/shape/shaping';

/** What docs/shaping.md says of values is done to them here. */
const text = readFileSync(join(__dirname, '../../docs/shaping.md'), 'utf8');

/** The cells of the rows of the table under a heading that begins with the given header cell. */
function table(heading: string, header: string): readonly (readonly string[])[] {
  const section = text.slice(text.indexOf(`\n${heading}\n`));
  const rows = section.slice(section.indexOf(`\n| ${header} |`)).split('\n\n')[0] ?? '';
  const lines = rows.trim().split('\n').slice(2);
  return lines.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('\\|', '|')),
  );
}

/** What stands in backticks in a cell. */
function codeIn(cell = ''): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

/** Evaluates options of a dataset, as they stand in the page. */
function evaluated(code: string): object {
  const scope = { ...builders, secret };
  return new Function(...Object.keys(scope), `return ({ ${code} })`)(...Object.values(scope));
}

/** A dataset with the given options; an id identifies its records. */
function datasetOf(code: string): Dataset {
  const options = evaluated(code);
  const columns = { id: builders.bigint(), ...Object(Reflect.get(options, 'columns')) };
  const given = {
    name: 'shop',
    baseUrl: 'https://api.example.com',
    auth: { type: 'none' },
    limits: { requestsPerSecond: 1 },
    datasets: [
      {
        name: 'things',
        request: { path: '/x' },
        pagination: { type: 'single' },
        records: '',
        key: ['id'],
        ...options,
        columns,
      },
    ],
  };
  const define: (input: never) => Source = defineSource;
  // What a plain JavaScript file could hand over.
  const [dataset] = define(given as never).datasets;
  if (dataset === undefined) throw new Error('no dataset');
  return dataset;
}

const bench = new ShapingBench();
afterAll(() => bench.close());

/** Shapes one record for each JSON text, as the column x. */
function shapeEach(code: string, values: readonly string[]) {
  const records = values.map((value, id) => `{"id":${id},"x":${value}}`);
  return bench.shape(datasetOf(`columns: { x: ${code} }`), [`[${records.join(',')}]`]);
}

function isJson(code: string): boolean {
  try {
    JSON.parse(code);
    return true;
  } catch {
    return false;
  }
}

const types = table('### Types', 'builder');

test.each(
  types.map(([builder = '', , values]) => [codeIn(builder)[0] ?? '', codeIn(values).filter(isJson)] as const),
)('%s takes %j', async (builder, values) => {
  expect(values.length).toBeGreaterThan(0);
  const { staged, unfit } = await shapeEach(builder, values);
  expect(unfit).toEqual([]);
  expect(staged).toBe(values.length);
});

const claims = table('### What fits', 'the source sends').flatMap(([values, of, verdict = '']) =>
  codeIn(of)
    .filter((builder) => builder !== 'verbatim')
    .map(
      (builder) =>
        [
          codeIn(values),
          builder.endsWith(')') ? builder : `${builder}()`,
          !verdict.startsWith('does not fit'),
        ] as const,
    ),
);

test('there is something to say about most types', () => {
  expect(types).toHaveLength(15);
  expect(claims.length).toBeGreaterThanOrEqual(15);
});

test.each(claims)('%j for %s fits: %s', async (values, builder, fit) => {
  const { staged, quarantined } = await shapeEach(builder, values);
  expect({ staged, quarantined }).toEqual(
    fit ? { staged: values.length, quarantined: 0 } : { staged: 0, quarantined: values.length },
  );
});

test('a text goes through the steps as the page says, one after the other', async () => {
  const options: string[] = [];
  const seen: unknown[] = [];
  const said: unknown[] = [];
  for (const [, , example, becomes = ''] of table('### The steps', 'step')) {
    const [option = ''] = codeIn(example);
    const [, expected] = /^`'([^']*)'`/.exec(becomes) ?? [];
    if (!option.includes(':')) continue;
    options.push(option);
    const dataset = datasetOf(`keepRaw: true, columns: { x: varchar({ ${options.join(', ')} }) }`);
    const { rows } = await bench.shape(dataset, [JSON.stringify([{ id: 1, x: ' Ab  1 ' }])]);
    if (expected === undefined) continue;
    seen.push([option, rows[0]?.x]);
    said.push([option, expected]);
  }
  expect(seen).toEqual(said);
  expect(new Set(seen.map((one) => Reflect.get(Object(one), 1))).size).toBeGreaterThanOrEqual(6);
  expect(options).toHaveLength(10);
});

test('the line of quarantine is one', async () => {
  const [, line = ''] = /^```json\n(.*)\n```$/m.exec(text.slice(text.indexOf('### Quarantine'))) ?? [];
  const said = JSON.parse(line);
  const { unfit } = await bench.shape(datasetOf('columns: { price: decimal(12, 2) }'), [
    JSON.stringify([{ id: 1 }, said.record]),
  ]);
  const [found] = unfit.map((one) => JSON.parse(one.line));
  expect(found).toEqual({ ...said, slice: found.slice, page: 0, position: 1 });
  expect(Object.keys(found)).toEqual(Object.keys(said));
});

const examples = [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) =>
  code.startsWith('{') ? code.trim().slice(1, -1) : code,
);

/** The example that holds a text. */
function exampleWith(part: string): Dataset {
  const [code, ...others] = examples.filter((one) => one.includes(part));
  if (code === undefined || others.length > 0) throw new Error(`${others.length} more examples with ${part}`);
  return datasetOf(code);
}

/** A body with records where a dataset has them. */
function body({ records: path }: Dataset, records: readonly object[]): string {
  return JSON.stringify(path === '' ? records : { meta: { total: records.length }, [path]: records });
}

test.each(examples.map((code) => [code.trim().split('\n')[0], code] as const))(
  'DuckDB takes the expressions of the example %s',
  async (_first, code) => {
    const dataset = datasetOf(code);
    const parameters = { userId: 1 };
    const origin = { slice: 'a', page: 0, parameters, fetchedAt: '2026-01-02T03:04:05.678Z' };
    const shaped = await bench.shape(dataset, [body(dataset, [])], 0, [origin]);
    expect(shaped).toMatchObject({ received: 0, staged: 0 });
  },
);

test('the example of explode has a row for each line', async () => {
  const dataset = exampleWith("explode: 'lines'");
  const lines = [{ product: { sku: 'a' }, quantity: 1 }, { product: { sku: 'b' } }];
  const shaped = await bench.shape(dataset, [
    body(dataset, [
      { id: 7, lines },
      { id: 8, lines: [] },
    ]),
  ]);
  expect(shaped).toMatchObject({ received: 2, added: 1, staged: 2, filtered: 1, quarantined: 0 });
  expect(shaped.rows.map(({ line, sku, quantity }) => [line, sku, quantity])).toEqual([
    [0, 'a', 1],
    [1, 'b', null],
  ]);
});

test('the example of masks hides', async () => {
  const dataset = exampleWith('birthYear');
  const record = { id: 1, email: 'a@b.example', card: '1234567890123456', birthday: '1999-12-31' };
  const { rows } = await bench.shape(dataset, [body(dataset, [record])]);
  expect(rows).toEqual([
    {
      id: expect.anything(),
      email: expect.stringMatching(/^[\da-f]{64}$/),
      card: '************3456',
      birthYear: 1999,
    },
  ]);
});

test('the example of transform makes a record for each day', async () => {
  const dataset = exampleWith('transform:');
  const values = { '2024-01-05': 1.5, '2024-01-06': 1.7 };
  const shaped = await bench.shape(dataset, [body(dataset, [{ sensor: 7, values }])]);
  expect(shaped).toMatchObject({ received: 1, added: 1, staged: 2 });
  expect(shaped.rows.map(({ day, value }) => [day, value])).toEqual(Object.entries(values));
});
