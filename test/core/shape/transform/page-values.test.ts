import fc from 'fast-check';
import type { Column, ColumnType } from '../../../../core/source/column';
import { column, dataset, ShapingBench } from '../shaping';

const bench = new ShapingBench();
afterAll(() => bench.close());

const scalar = (type: ColumnType): Column => column(type);
const of = (type: ColumnType) => column(type, undefined, { page: 'meta.value' });
const columns = {
  id: column('bigint'),
  whole: of({ type: 'json' }),
  list: of({ type: 'list', of: scalar({ type: 'varchar' }) }),
  numbers: of({ type: 'list', of: scalar({ type: 'decimal', precision: 20, scale: 2 }) }),
  struct: of({ type: 'struct', fields: { a: scalar({ type: 'bigint' }), b: scalar({ type: 'varchar' }) } }),
  map: of({ type: 'map', of: scalar({ type: 'json' }) }),
  first: column({ type: 'json' }, undefined, { page: 'data[0].id' }),
};

/** A page of two records, with a value as its JSON is given. */
const pageOf = (value: string) =>
  `{"meta" : {"before":{"value":1}, "value" : ${value}}, "data" : [{"id" : 1}, {"id" : 2}]}`;

/** What becomes of pages: one column at a time, since a record is unfit by its first column that is. */
async function shaped(name: keyof typeof columns, bodies: readonly string[], transform: boolean) {
  const { id, [name]: one } = columns;
  const same = transform ? { transform: (record: object) => ({ ...record }) } : {};
  const { rows, unfit } = await bench.shape(dataset({ id, [name]: one }, same), bodies);
  return { rows, unfit: unfit.map(({ line }) => JSON.parse(line)) };
}

const names = Object.keys(columns).filter((name) => name !== 'id') as (keyof typeof columns)[];

describe.each(names)('the page value %s', (name) => {
  test('is the same with a transform and without', async () => {
    const values = [
      ...['"5"', '"abc"', '"null"', '""', '" "', '"a \\"b\\" \\\\ \\/ \\u0041\\n\\u001f"', '"[1]"', '"{}"'],
      ...['5', '1.50', '1e3', '-0', '9007199254740993', '340282366920938463463', 'true', 'null'],
      ...['[]', '{}', '[ "a" ,\r\n " b", "", null ]', '[1, 2.50, "3"]', '[0.1234567890123456789]'],
      ...['{ "a" : 9007199254740993, "b" : "\\u00e9" , "c" : [] }', '{"a":"x"}', '{"a":1,"a":2}'],
      ...['"\ufeffx"', '["\ufeff"]', '"\\ud83d\\ude00"', '"\\u0000"'],
    ];
    const broken = ['"half \\ud83d"', '{"b":"\\ud800"}', '["a", "\\udc00"]'];
    const elsewhere = ['{"data":[{"id":3}]}', '{"meta":[],"data":[{"id":"4"}]}'];
    // Bodies with half a surrogate pair make a range be read another way
    for (const bodies of [[...values.map(pageOf), ...elsewhere], [...broken, ...values].map(pageOf)])
      expect(await shaped(name, bodies, true)).toEqual(await shaped(name, bodies, false));
  });

  test('is the same whatever JSON it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.json({ stringUnit: 'binary' }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(0, 1, '\n\t'),
        async (values, space) => {
          const bodies = values.map((value) => pageOf(JSON.stringify(JSON.parse(value), null, space)));
          expect(await shaped(name, bodies, true)).toEqual(await shaped(name, bodies, false));
        },
      ),
      { numRuns: 5 },
    );
  });
});

test('a text stays a text in a json column with a transform', async () => {
  const { rows, unfit } = await shaped('whole', [pageOf('"5"'), pageOf('"abc"')], true);
  expect(rows.map(({ whole }) => whole)).toEqual(['"5"', '"5"', '"abc"', '"abc"']);
  expect(unfit).toEqual([]);
});
