import { transformRecord } from '../../../../core/shape/transform/transform-record';
import type { Transform } from '../../../../core/source/source';

const origin = { parameters: { country: 'DE' }, page: 3 };

/** What becomes of a record; the transform may return what its type forbids, as JavaScript lets it. */
function outcome(transform: (record: never, at: typeof origin) => unknown, secretive = false) {
  return transformRecord(
    { id: 7, name: 'Ulm' },
    // The point of these tests is what the compiler would refuse
    { transform: transform as Transform, origin, secretive },
  );
}

class Town {
  name = 'Ulm';
}

describe('transformRecord', () => {
  test('writes one record, several or none', () => {
    expect(outcome((record) => record)).toEqual({ records: ['{"id":7,"name":"Ulm"}'], several: false });
    expect(outcome(() => [{ a: 1 }, { a: 2n ** 64n }])).toEqual({
      records: ['{"a":1}', '{"a":18446744073709551616}'],
      several: true,
    });
    for (const none of [null, undefined])
      expect(outcome(() => none)).toEqual({ records: [], several: false });
    expect(outcome(() => [])).toEqual({ records: [], several: true });
  });

  test('tells where the record was found', () => {
    expect(outcome((_record, at) => ({ ...at }))).toEqual({
      records: ['{"parameters":{"country":"DE"},"page":3}'],
      several: false,
    });
  });

  test('leaves out what is undefined, and writes bigints as bare integers anywhere', () => {
    const value = { a: undefined, b: [undefined, 9007199254740993n, { c: undefined }], '"': 'x\ud800\u0000' };
    expect(outcome(() => value)).toEqual({
      records: ['{"b":[null,9007199254740993,{}],"\\"":"x\\ud800\\u0000"}'],
      several: false,
    });
    const { b: _bigint, ...plain } = value;
    expect(outcome(() => plain)).toEqual({ records: [JSON.stringify(plain)], several: false });
  });

  test.each([2 ** 60, -(2 ** 60), 2 ** 54, Number.MAX_SAFE_INTEGER + 1, 2 ** 80, Number.MAX_VALUE])(
    'refuses %p, of which digits may be lost, wherever it is',
    (number) => {
      const reason =
        'is a whole number beyond 2^53, of which JavaScript does not keep all digits: return it as a bigint or a text';
      for (const [value, where] of [
        [{ a: number }, 'a'],
        [{ a: [1, { b: number }] }, 'a[1].b'],
        [{ a: number, b: 1n }, 'a'],
      ])
        expect(outcome(() => value)).toEqual({
          unfit: `transform must return plain objects, and '${where}' ${reason}`,
        });
    },
  );

  test('takes numbers that have all their digits, and whatever the source sent', () => {
    const value = { a: Number.MAX_SAFE_INTEGER, b: 1e20, c: -6.022e23, d: 1e308, e: 0.1 + 0.2, f: 2n ** 60n };
    expect(outcome(() => value)).toEqual({
      records: [
        '{"a":9007199254740991,"b":100000000000000000000,"c":-6.022e+23,"d":1e+308,"e":0.30000000000000004,"f":1152921504606846976}',
      ],
      several: false,
    });
  });

  test('takes objects without a prototype, and those of another realm', () => {
    const bare = Object.assign(Object.create(null), { a: 1 });
    const foreign = require('node:vm').runInNewContext('({ a: { b: [1] } })');
    expect(outcome(() => bare)).toMatchObject({ records: ['{"a":1}'] });
    expect(outcome(() => foreign)).toMatchObject({ records: ['{"a":{"b":[1]}}'] });
  });

  test.each<readonly [unknown, string]>([
    [7, 'it returned a number'],
    ['text', 'it returned a string'],
    [true, 'it returned a boolean'],
    [9n, 'it returned a bigint'],
    [Symbol('x'), 'it returned a symbol'],
    [() => 1, 'it returned a function'],
    [Number.NaN, 'it returned NaN, which JSON has not: return null'],
    [new Date(0), 'it returned an instance of Date: return its toISOString()'],
    [new Map([[1, 2]]), 'it returned an instance of Map: return a plain object'],
    [new Town(), 'it returned an instance of Town: return a plain object'],
    [Promise.resolve({}), 'it returned a promise: a transform cannot wait'],
    [
      Object.assign(new Town(), Object.fromEntries([['then', () => {}]])),
      'it returned a promise: a transform cannot wait',
    ],
    [[{ a: 1 }, null], 'it returned null'],
    [[{ a: 1 }, undefined], 'it returned undefined'],
    [[[{ a: 1 }]], 'it returned an array in an array'],
    [{ when: new Date(0) }, "'when' is an instance of Date: return its toISOString()"],
    [
      { a: [{ 'b.c': Number.POSITIVE_INFINITY }] },
      "'a[0]['b.c']' is Infinity, which JSON has not: return null",
    ],
    [{ a: Number.NaN, b: 1n }, "'a' is NaN, which JSON has not: return null"],
    [{ toJSON: () => 1 }, "'toJSON' is a function"],
    [{ of: new Town() }, "'of' is an instance of Town: return a plain object"],
    [{ of: Object.create({ inherited: 1 }) }, "'of' is an instance of Object: return a plain object"],
  ])('refuses %p', (answer, reason) => {
    expect(outcome(() => answer)).toEqual({ unfit: `transform must return plain objects, and ${reason}` });
  });

  test('survives rejected promises, circles, great depth, getters and proxies that throw', async () => {
    const circle: { self?: object } = {};
    circle.self = circle;
    const deep = (bottom: unknown) => {
      let value: unknown = bottom;
      for (let level = 0; level < 200_000; level += 1) value = [value];
      return { value };
    };
    const tooDeep = {
      unfit:
        'transform must return plain objects, and what it returned is nested too deeply, or holds itself',
    };
    for (const value of [circle, deep(1), deep(1n)]) expect(outcome(() => value)).toEqual(tooDeep);
    const broken = {
      get a() {
        throw new Error('no');
      },
    };
    const proxy = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );
    for (const value of [broken, proxy])
      expect(outcome(() => value)).toEqual({
        unfit: 'transform must return plain objects, and what it returned cannot be read',
      });
    let unhandled = 0;
    const listener = () => {
      unhandled += 1;
    };
    process.on('unhandledRejection', listener);
    outcome(async () => Promise.reject(new Error('later')));
    outcome(() => ({ a: Promise.reject(new Error('later')) }));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listener);
    expect(unhandled).toBe(0);
  });

  test('says the first line of what was thrown, bounded', () => {
    const thrown = (error: unknown) =>
      outcome(() => {
        throw error;
      });
    expect(thrown(new TypeError('no name\nat line 3'))).toEqual({
      unfit: 'transform threw TypeError: no name',
    });
    expect(thrown('a text')).toEqual({ unfit: 'transform threw a text' });
    expect(thrown(undefined)).toEqual({ unfit: 'transform threw undefined' });
    expect(thrown(Object.create(null))).toEqual({ unfit: 'transform threw something that is no text' });
    const long = thrown(new Error('x'.repeat(1000)));
    expect('unfit' in long && long.unfit).toHaveLength('transform threw '.length + 200);
  });

  test('keeps an error to itself where columns are masked', () => {
    const leaking = outcome((record: { name: string }) => JSON.parse(record.name), true);
    expect(leaking).toEqual({
      unfit: 'transform threw SyntaxError; what it says is not shown, as columns are masked',
    });
  });
});
