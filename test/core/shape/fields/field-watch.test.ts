import fc from 'fast-check';
import type { Column } from '../../../../core/source/column';
import { formatPath } from '../../../../core/source/path';
import type { Transform } from '../../../../core/source/source';
import { columnsAt, readingDataset, WatchBench } from './watching';

const bench = new WatchBench();
afterAll(() => bench.close());

const names = async (columns: Record<string, Column>, ...records: string[]) =>
  (await bench.fields(readingDataset(columns), [records])).unknownFields.map(({ name }) => name);

describe('a field is unknown', () => {
  it('when no column reads it, or something in it or around it', async () => {
    const columns = columnsAt('customer.id', 'tags');
    const record = '{"customer":{"id":1,"phone":{"home":2}},"tags":[{"a":1}],"note":"x"}';
    expect(await names(columns, record)).toEqual(['customer.phone', 'note']);
  });

  it('not in what a json, map or list column holds, nor where a column is the record itself', async () => {
    const inside = '{"a":{"b":{"c":1}}}';
    for (const columnType of [
      { type: 'json' } as const,
      { type: 'map', of: { columnType: { type: 'varchar' }, options: {} } } as const,
      { type: 'list', of: { columnType: { type: 'varchar' }, options: {} } } as const,
    ]) {
      expect(await names({ a: { columnType, options: {} } }, inside)).toEqual([]);
    }
    expect(
      await names(
        { ...columnsAt('x'), all: { columnType: { type: 'json' }, path: '', options: {} } },
        inside,
      ),
    ).toEqual([]);
  });

  it('in a struct, unless it is one of its fields', async () => {
    const text: Column = { columnType: { type: 'varchar' }, options: {} };
    const inner: Column = { columnType: { type: 'struct', fields: { street: text } }, options: {} };
    const fields = { id: text, mail: { ...text, path: 'contact.mail' }, address: inner };
    const columns = { customer: { columnType: { type: 'struct', fields } as const, options: {} } };
    const record =
      '{"customer":{"id":1,"contact":{"mail":2,"fax":3},"address":{"street":4,"zip":5},"age":6}}';
    expect(await names(columns, record)).toEqual([
      'customer.contact.fax',
      'customer.address.zip',
      'customer.age',
    ]);
  });

  it('where columns look into it and it is nothing to look into', async () => {
    const unknown = async (paths: string[], ...records: string[]) =>
      (await bench.fields(readingDataset(columnsAt(...paths)), [records])).unknownFields.map(
        ({ name, type, count }) => `${name} ${type} ${count}`,
      );
    const plain = ['{"o":{"n":1}}', '{"o":null}', '{"o":{}}', '{}'];
    expect(await unknown(['o.n'], ...plain)).toEqual([]);
    for (const [json, type] of [
      ['"LOSTSTRING"', 'string'],
      ['["LOST"]', 'array'],
      ['5', 'number'],
      ['true', 'boolean'],
    ])
      expect(await unknown(['o.n'], ...plain, `{"o":${json}}`, `{"o":${json}}`)).toEqual([`o ${type} 2`]);
    expect(await unknown(['a.b.c'], '{"a":{"b":"x"}}', '{"a":{"b":{"c":1}}}', '{"a":"x"}')).toEqual([
      'a.b string 1',
      'a string 1',
    ]);
    const lists = ['{"l":[1]}', '{"l":[]}', '{"l":null}', '{"l":[{"x":1}]}', '{}'];
    expect(await unknown(['l[0]'], ...lists, '{"l":{"k":1}}', '{"l":7}')).toEqual(['l object 2']);
    expect(await unknown(['l[0]', 'l.k'], ...lists, '{"l":{"k":1,"m":2}}', '{"l":7}')).toEqual([
      'l.m number 1',
      'l number 1',
    ]);
    expect(await unknown(['o', 'o.n'], '{"o":"x"}')).toEqual([]);
  });

  it('not where a struct or an exploded list is no such thing, which is told elsewhere', async () => {
    const text: Column = { columnType: { type: 'varchar' }, options: {} };
    const fields = { n: text, deep: { ...text, path: 'in.it' } };
    const struct: Column = { columnType: { type: 'struct', fields }, path: 'o', options: {} };
    expect(await names({ struct }, '{"o":"x"}', '{"o":[]}')).toEqual([]);
    expect(await names({ struct }, '{"o":{"in":"x"}}')).toEqual(['o.in']);
    const exploded = readingDataset(columnsAt('a.items[].n'), { explode: 'a.items' });
    const { unknownFields } = await bench.fields(exploded, [['{"a":{"items":"x"}}', '{"a":"x"}']]);
    expect(unknownFields.map(({ name }) => name)).toEqual(['a']);
  });

  it('as an element of which no column reads anything', async () => {
    const place: Column = { columnType: { type: 'bigint' }, options: { elementIndex: true } };
    const dataset = readingDataset({ place }, { explode: 'l' });
    const { unknownFields } = await bench.fields(dataset, [['{"l":[null,{}]}', '{"l":["x",{"k":1}]}']]);
    expect(unknownFields.map(({ name, type }) => [name, type])).toEqual([
      ['l[]', 'string'],
      ['l[].k', 'number'],
    ]);
  });

  it('not in a list that is read by index', async () => {
    expect(await names(columnsAt('a[0].b'), '{"a":[{"b":1,"c":2}],"d":3}')).toEqual(['d']);
  });

  it('though a column of that name takes its value from elsewhere', async () => {
    const elsewhere = (options: Column['options']): Column => ({ columnType: { type: 'varchar' }, options });
    const columns = {
      ...columnsAt('id'),
      a: elsewhere({ slice: 'a' }),
      b: elsewhere({ derived: 'c0' }),
      c: elsewhere({ page: 'meta.c' }),
      d: elsewhere({ elementIndex: true }),
    };
    const dataset = readingDataset({ ...columnsAt('id'), ...columns, c: columns.a });
    const { unknownFields, missingFields } = await bench.fields(dataset, [['{"id":1,"a":1,"b":2,"d":4}']]);
    expect(unknownFields.map(({ name }) => name)).toEqual(['a', 'b', 'd']);
    expect(missingFields).toEqual([]);
  });

  it('in the elements of an exploded list', async () => {
    const dataset = readingDataset(columnsAt('id', 'items[].sku', 'items[].price.net'), { explode: 'items' });
    const { unknownFields } = await bench.fields(dataset, [
      [
        '{"id":1,"items":[{"sku":1,"colour":2},{"price":{"net":1,"vat":2}},null,7]}',
        '{"id":2,"items":[{"sku":1},{"sku":1},{"colour":null}],"note":true}',
        '{"id":3,"items":[]}',
      ],
    ]);
    expect(unknownFields).toEqual([
      { name: 'items[].colour', count: 2, slice: 'all', page: 10, type: 'number' },
      { name: 'items[].price.vat', count: 1, slice: 'all', page: 10, type: 'number' },
      { name: 'items[]', count: 1, slice: 'all', page: 10, type: 'number' },
      { name: 'note', count: 1, slice: 'all', page: 10, type: 'boolean' },
    ]);
  });
});

describe('counts', () => {
  it('are of records, with the page and the type of the first', async () => {
    const { unknownFields } = await bench.fields(readingDataset(columnsAt('id')), [
      ['{"id":1}', '{"id":2,"a":{}}'],
      ['{"id":3,"b":[]}', '{"id":4,"b":null,"a":1}', '{"a":"x","id":5}'],
    ]);
    expect(unknownFields).toEqual([
      { name: 'a', count: 3, slice: 'all', page: 10, type: 'object' },
      { name: 'b', count: 2, slice: 'all', page: 11, type: 'array' },
    ]);
  });

  it('are the same when a kind of record is known from a range before', async () => {
    const dataset = readingDataset(columnsAt('id'));
    const pages = [['{"id":1}'], ['{"id":2,"a":"x"}', '{"id":3,"a":1}']];
    const first = await bench.fields(dataset, pages);
    expect(await bench.fields(dataset, pages)).toEqual(first);
    expect((await bench.fields(dataset, [['{"id":2,"a":1}']])).unknownFields).toEqual([
      { name: 'a', count: 1, slice: 'all', page: 10, type: 'number' },
    ]);
  });

  it('are none for a range without records', async () => {
    expect(await bench.fields(readingDataset(columnsAt('id')), [[], []])).toEqual({
      unknownFields: [],
      missingFields: [],
    });
  });

  it('are those of an oracle, whatever the records and columns', async () => {
    const key = fc.constantFrom('a', 'b', 'c', '__proto__', 'x.y', "it's", '\u0000', 'ü"');
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(1, 'x', null, true),
        tie('object'),
        fc.array(tie('any'), { maxLength: 2 }),
      ),
      object: fc.dictionary(key, tie('any'), { maxKeys: 5, noNullPrototype: true }),
    })).object;
    const step = fc.constantFrom('a', 'b', 'c', '__proto__');
    const path = fc.tuple(
      step,
      fc.array(fc.oneof({ weight: 4, arbitrary: step }, fc.constant(0)), { maxLength: 2 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(path, { minLength: 1, maxLength: 4 }),
        fc.array(fc.array(value, { maxLength: 6 }), { minLength: 1, maxLength: 3 }),
        async (paths, pages) => {
          const texts = pages.map((records) => records.map((record) => JSON.stringify(record)));
          const whole = paths.map(([first, rest]) => [first, ...rest]);
          const dataset = readingDataset(columnsAt(...whole.map(formatPath)));
          const { unknownFields } = await bench.fields(dataset, texts);
          const expected = new Map<string, number>();
          for (const record of texts.flat().map((text): object => JSON.parse(text)))
            for (const name of unknownIn(record, whole)) expected.set(name, (expected.get(name) ?? 0) + 1);
          expect(new Map(unknownFields.map(({ name, count }) => [name, count]))).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** Names of the fields that none of the paths leads to, through or into. */
function unknownIn(object: object, paths: readonly (readonly (string | number)[])[], prefix = ''): string[] {
  return Object.entries(object).flatMap(([key, inner]) => {
    const below = paths.filter(([first]) => first === key).map((path) => path.slice(1));
    const step = /^[\w]+$/.test(key) ? (prefix === '' ? key : `.${key}`) : `['${key.replace(/'/g, "\\'")}']`;
    if (below.length === 0) return [prefix + step];
    if (inner === null || below.some((path) => path.length === 0)) return [];
    const looksFor = (type: string) => below.some(([next]) => typeof next === type);
    if (Array.isArray(inner)) return looksFor('number') ? [] : [prefix + step];
    if (typeof inner !== 'object' || !looksFor('string')) return [prefix + step];
    return unknownIn(inner, below, prefix + step);
  });
}

describe('hostile keys', () => {
  it('are named so that a path can be written for them', async () => {
    const record = String.raw`{"id":1,"":1,"*":2,"a.b":3,"it's \"it\"":4,"\u0000":5,"__proto__":6,"constructor":7,"\ud800":8,"7":9}`;
    expect(await names(columnsAt('id'), record.replace(String.raw`,"\ud800":8`, ''))).toEqual([
      "['']",
      "['*']",
      "['a.b']",
      `['it\\'s "it"']`,
      "['\u0000']",
      '__proto__',
      'constructor',
      "['7']",
    ]);
  });

  it('count once where a record has them twice, and of a known field the first counts', async () => {
    const { unknownFields } = await bench.fields(readingDataset(columnsAt('a.b')), [
      ['{"a":{"b":1,"x":1},"a":{"y":2},"z":1,"z":2}'],
    ]);
    expect(unknownFields.map(({ name, count }) => [name, count])).toEqual([
      ['a.x', 1],
      ['z', 1],
    ]);
  });

  it('of megabytes are cut', async () => {
    const [name] = await names(columnsAt('id'), `{"${'k'.repeat(3_000_000)}":1}`);
    expect(name).toBe(`${'k'.repeat(200)}…`);
  });

  it('do not stop at records that are no objects', async () => {
    expect(
      await names(columnsAt('id', 'a.b'), 'null', '5', '[{"x":1}]', '"x"', '{"a":[],"y":1}', '{"a":null}'),
    ).toEqual(['a', 'y']);
  });

  it('that are data are named a thousand times, and counted together then', async () => {
    const records = Array.from({ length: 7_000 }, (_, i) => `{"id":${i},"key-${i}":1,"always":2}`);
    const { unknownFields } = await bench.fields(readingDataset(columnsAt('id', 'gone')), [records]);
    expect(unknownFields).toHaveLength(1001);
    expect(unknownFields.slice(0, 2).map(({ name }) => name)).toEqual(['key-0', 'always']);
    expect(unknownFields.at(-1)).toMatchObject({ name: '…', count: 7_000 - 999, type: 'number' });
    expect(
      (await bench.fields(readingDataset(columnsAt('id')), [records.slice(0, 900)])).unknownFields,
    ).toHaveLength(901);
  });

  it('of ten thousand in one record are no harm', async () => {
    const keys = Array.from({ length: 10_000 }, (_, i) => `"k${i}":${i}`).join(',');
    const { unknownFields } = await bench.fields(readingDataset(columnsAt('k0')), [
      [`{${keys}}`, `{${keys}}`],
    ]);
    expect(unknownFields).toHaveLength(1001);
    expect(unknownFields.every(({ count }) => count === 2)).toBe(true);
  });
});

describe('a column’s field is missing', () => {
  const missing = async (paths: string[], records: string[], changes = {}) =>
    (await bench.fields(readingDataset(columnsAt(...paths), changes), [records])).missingFields.map(
      ({ path }) => path,
    );

  it('where no record has it', async () => {
    expect(await missing(['id', 'nmae', 'contact.mail'], ['{"id":1}', '{"id":2,"name":1}'])).toEqual([
      'nmae',
      'contact.mail',
    ]);
    expect(await missing(['id', 'name'], ['{"id":1}', '{"id":2,"name":null}'])).toEqual([]);
  });

  it('where the object it should be in never has it', async () => {
    expect(await missing(['a.b', 'a.c.d'], ['{"a":{"b":1}}', '{"a":{"x":1,"c":null}}'])).toEqual([]);
    expect(await missing(['a.bb', 'a.c.d'], ['{"a":{"b":1}}', '{"a":null}'])).toEqual(['a.bb', 'a.c.d']);
    expect(await missing(['a.b'], ['{"a":null}', '{"a":{}}', '{"a":[]}'])).toEqual([]);
  });

  it('where no element has it', async () => {
    const explode = { explode: 'items' };
    expect(
      await missing(['items[].a', 'items[].b'], ['{"items":[{"a":1}]}', '{"items":[]}'], explode),
    ).toEqual(['items[].b']);
    expect(await missing(['items[].a'], ['{"items":[]}'], explode)).toEqual([]);
    expect(await missing(['items[].a'], ['{"itmes":[]}'], explode)).toEqual(['items[].a']);
  });

  it('by the name of the column, with its path', async () => {
    const columns: Record<string, Column> = {
      name: { columnType: { type: 'varchar' }, options: {} },
      country: { columnType: { type: 'varchar' }, path: 'country.code', options: {} },
    };
    expect((await bench.fields(readingDataset(columns), [['{}']])).missingFields).toEqual([
      { column: 'name', path: 'name' },
      { column: 'country', path: 'country.code' },
    ]);
  });
});

test('of a transformed dataset the transformed records are looked at, each of them', async () => {
  const transform: Transform = ({ id, made }) => {
    if (made === undefined) return { id };
    return Array.isArray(made) ? made.map((field) => ({ id, [String(field)]: `of ${id}` })) : null;
  };
  const { unknownFields } = await bench.transformedFields(readingDataset(columnsAt('id'), { transform }), [
    ['{"id":1,"gone":1}', '{"id":2,"made":null}', '{"id":3,"made":["id","a"]}'],
    [],
    ['{"id":4}', '{"id":5,"made":["b","a","a"]}', '{"id":6,"made":["id","c"]}'],
  ]);
  expect(unknownFields).toEqual([
    { name: 'a', count: 3, slice: 'all', page: 10, type: 'string' },
    { name: 'b', count: 1, slice: 'all', page: 12, type: 'string' },
    { name: 'c', count: 1, slice: 'all', page: 12, type: 'string' },
  ]);
});

test('a transformed record that is exploded counts once', async () => {
  const transform: Transform = (record) => [record, record];
  const dataset = readingDataset(columnsAt('id', 'items[].a'), { transform, explode: 'items' });
  const { unknownFields } = await bench.transformedFields(dataset, [
    ['{"id":1,"items":[{"a":1},{"b":2},{"b":3}]}'],
  ]);
  expect(unknownFields).toEqual([{ name: 'items[].b', count: 2, slice: 'all', page: 10, type: 'number' }]);
});
