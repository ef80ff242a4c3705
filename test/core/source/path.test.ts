import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import {
  elementPath,
  formatPath,
  PathSyntaxError,
  parseElementPath,
  parsePath,
  readPath,
  toJsonPath,
} from '../../../core/source/path';

const key = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.string({
      unit: fc.constantFrom('.', '[', ']', "'", '"', '\\', ' ', '*', '$', '0', 'a'),
      minLength: 1,
    }),
    fc.constantFrom('0', '12', '$', '__proto__', 'constructor', 'length', '**', '$ref', 'a-b'),
  )
  .filter((text) => text !== '*' && !/[\p{Cc}\p{Cs}]/u.test(text));
const segment = fc.oneof({ weight: 3, arbitrary: key }, fc.nat({ max: 999_999 }));
const paths = fc.array(segment, { maxLength: 6 });

describe('parsePath', () => {
  test.each([
    ['', []],
    ['id', ['id']],
    ['location.coordinates[1]', ['location', 'coordinates', 1]],
    ['["a.b"].c', ['a.b', 'c']],
    ["['x y'][0]", ['x y', 0]],
    ["a['1']", ['a', '1']],
    ['[0].x', [0, 'x']],
    [String.raw`['it\'s \\ "']`, ['it\'s \\ "']],
    ['$ref.@type.größe', ['$ref', '@type', 'größe']],
  ])('reads %s', (text, segments) => {
    expect(parsePath(text)).toEqual(segments);
  });

  test.each([
    ['a..b', 3, 'expected a key'],
    ['.a', 1, 'expected a key'],
    ['a.', 3, 'expected a key'],
    ['a b', 2, "expected '.', '[' or the end"],
    ['a[0]b', 5, "expected '.', '[' or the end"],
    ['a[-1]', 2, 'expected an index'],
    ['a[1000000]', 2, 'expected an index'],
    ['a[01]', 2, 'expected an index'],
    ['a[*]', 2, 'expected an index'],
    ['a[]', 2, 'expected an index'],
    ['a.b[].c', 4, 'expected an index'],
    ["a['*']", 2, 'expected an index'],
    ["a['']", 2, 'expected an index'],
    ["a['b", 2, 'expected an index'],
    [String.raw`['\n']`, 1, 'expected an index'],
    ['a.*', 3, "not '*'"],
    ['$.data', 1, "leave out '$'"],
    ['a.0', 3, "write [0] for an index and ['0'] for a key"],
    ['a'.repeat(1001), 1001, 'at most 1000'],
  ])('refuses %s at character %i', (text, character, expected) => {
    let error: unknown;
    try {
      parsePath(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(PathSyntaxError);
    expect(error).toMatchObject({ character, expected: expect.stringContaining(expected) });
  });

  test('reads back whatever formatPath writes', () => {
    fc.assert(fc.property(paths, (path) => expect(parsePath(formatPath(path))).toEqual(path)));
  });

  test('reads any text or refuses it with a PathSyntaxError', () => {
    const texts = fc.string({
      unit: fc.constantFrom('a', '.', '[', ']', "'", '"', '\\', '0', '*', '$', ' '),
    });
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(parsePath(formatPath(parsePath(text)))).toEqual(parsePath(text));
        } catch (error) {
          expect(error).toBeInstanceOf(PathSyntaxError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

/** A JSON value with `leaf` at `path`, and something else beside every step. */
function valueAt(path: readonly (string | number)[], leaf: unknown): unknown {
  return path.reduceRight<unknown>((inner, step) => {
    if (typeof step === 'number') return [...Array.from({ length: step }, (_, index) => index), inner];
    return Object.fromEntries([
      ['other', 1],
      [step, inner],
    ]);
  }, leaf);
}

const shortPaths = fc.array(fc.oneof(key, fc.nat({ max: 5 })), { maxLength: 5 });

describe('readPath', () => {
  test('finds what stands at a path', () => {
    fc.assert(
      fc.property(shortPaths, fc.jsonValue(), (path, leaf) => {
        expect(readPath(valueAt(path, leaf), path)).toEqual(leaf);
      }),
    );
  });

  test('equals walking, own property by own property', () => {
    fc.assert(
      fc.property(fc.jsonValue(), shortPaths, (value, path) => {
        let walked: unknown = value;
        for (const step of path) {
          const list = Array.isArray(walked) ? walked : undefined;
          if (typeof step === 'number') walked = list?.[step];
          else {
            const object = !list && walked !== null && typeof walked === 'object' ? walked : {};
            walked = Object.entries(object).find(([name]) => name === step)?.[1];
          }
        }
        expect(readPath(value, path)).toEqual(walked);
      }),
    );
  });

  test('does not see what an object inherits', () => {
    expect(readPath({}, ['constructor'])).toBeUndefined();
    expect(readPath([1], ['length'])).toBeUndefined();
    expect(readPath('text', [0])).toBeUndefined();
    expect(readPath(null, ['a'])).toBeUndefined();
  });
});

describe('toJsonPath', () => {
  let duckdb: DuckDBConnection;
  beforeAll(async () => {
    duckdb = await (await DuckDBInstance.create()).connect();
  });
  afterAll(() => duckdb.closeSync());

  test('quotes and escapes keys', () => {
    expect(toJsonPath(['location', 'coordinates', 1])).toBe('$."location"."coordinates"[1]');
    expect(toJsonPath(['a"b\\'])).toBe(String.raw`$."a\"b\\"`);
    expect(toJsonPath([])).toBe('$');
  });

  test('leads DuckDB to the value that readPath finds', async () => {
    await fc.assert(
      fc.asyncProperty(shortPaths, fc.nat(), shortPaths, async (path, leaf, elsewhere) => {
        const value = valueAt(path, leaf);
        for (const asked of [path, elsewhere]) {
          const reader = await duckdb.runAndReadAll('SELECT json_extract($json::JSON, [$path])[1]::VARCHAR', {
            json: JSON.stringify(value),
            path: toJsonPath(asked),
          });
          const found: unknown = reader.getRows()[0]?.[0] ?? null;
          const expected = readPath(value, asked);
          expect(typeof found === 'string' ? JSON.parse(found) : undefined).toEqual(expected);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('parseElementPath', () => {
  test.each([
    ['items[]', ['items'], []],
    ['items[].sku', ['items'], ['sku']],
    ["order['line items'][][0].a[1]", ['order', 'line items'], [0, 'a', 1]],
    ["a['[]'][]['x[]']", ['a', '[]'], ['x[]']],
  ])('reads %s', (text, list, element) => {
    expect(parseElementPath(text)).toEqual({ list, element });
  });

  test.each([
    ['a[][]', 4, "'[]' stands there once"],
    ['a[].b[]', 6, "'[]' stands there once"],
    ['a[]b', 4, "expected '.', '[' or the end"],
    ['a[].', 5, 'expected a key'],
    ['a.[]', 3, 'expected a key'],
  ])('refuses %s at character %i', (text, character, expected) => {
    expect(() => parseElementPath(text)).toThrow(`character ${character}: `);
    expect(() => parseElementPath(text)).toThrow(expected);
  });

  test('reads both halves of any path, and none where there is one', () => {
    const some = paths.filter((path) => path.length > 0);
    fc.assert(
      fc.property(some, paths, (list, element) => {
        const [begin, end] = [formatPath(list), formatPath(element)];
        const text = `${begin}[]${end === '' || end.startsWith('[') ? '' : '.'}${end}`;
        expect(parseElementPath(text)).toEqual({ list, element });
        expect(elementPath(begin, text)).toEqual(element);
        expect(parseElementPath(begin)).toBeUndefined();
      }),
    );
  });
});

describe('elementPath', () => {
  test.each([
    ['items', 'items[].sku', ['sku']],
    ['items', 'items[]', []],
    ["['items']", 'items[].sku', ['sku']],
    ['items', 'items.sku', undefined],
    ['items', 'items', undefined],
    ['items', 'lines[].sku', undefined],
    ['item', 'items[].sku', undefined],
    ['a.items', 'items[].sku', undefined],
    ["['0']", "['0'][].a", ['a']],
    ['[0]', "['0'][].a", undefined],
  ])('of %s, %s', (explode, path, expected) => {
    expect(elementPath(explode, path)).toEqual(expected);
  });
});
