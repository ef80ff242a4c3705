import fc from 'fast-check';
import { exactText, partsOf } from '../../../../core/extract/page/json-value';
import { MalformedJsonError } from '../../../../core/extract/page/malformed-json';
import { type Path, readPath } from '../../../../core/source/path';

const key = fc.string({ unit: fc.constantFrom('a', 'b', '"', '\\', 'é', '}', ' '), maxLength: 2 });
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, '', 'text', 0, -1.5e300),
    fc.string({ unit: fc.constantFrom('"', '\\', ']', '{', ',', 'ü', '😀', '\n') }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
const spacing = fc.constantFrom(undefined, 1, '\t', '\r\n');

/** Every path into a value, and one step beyond each. */
function pathsInto(value: unknown, path: Path = []): Path[] {
  const inner =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, member]) =>
          pathsInto(member, [...path, Array.isArray(value) ? Number(name) : name]),
        )
      : [];
  return [path, [...path, 'nowhere'], [...path, 9], ...inner];
}

describe('partsOf', () => {
  it('finds at every path what JSON.parse finds there, all in one pass or each in its own', () => {
    fc.assert(
      fc.property(anyValue, spacing, (value, space) => {
        const text = JSON.stringify(value, null, space);
        const parsed: unknown = JSON.parse(text);
        const paths = pathsInto(parsed);
        const body = Buffer.from(` ${text}\n`);
        for (const find of [partsOf(body, paths), partsOf(body)]) {
          for (const path of paths) {
            const expected = readPath(parsed, path);
            const part = find(path);
            expect(part && JSON.parse(part.bytes.toString())).toEqual(expected);
            if (Array.isArray(expected)) {
              expect(part?.elements?.count).toBe(expected.length);
              const last = part?.elements?.last;
              expect(last && JSON.parse(last.toString())).toEqual(expected.at(-1));
            } else expect(part?.elements).toBeUndefined();
          }
        }
      }),
    );
  });

  it('takes the first of two keys, as shaping does, and never goes on into the second', () => {
    const find = partsOf(Buffer.from('{"a": {"x": 1}, "a": {"x": 2, "y": 3}, "\\u0062": 4}'));
    expect(find(['a', 'x'])?.bytes.toString()).toBe('1');
    expect(find(['a', 'y'])).toBeUndefined();
    expect(find(['b'])?.bytes.toString()).toBe('4');
  });

  it('refuses every body that is cut off', () => {
    fc.assert(
      fc.property(fc.array(anyValue, { minLength: 1 }), fc.nat(), (values, cut) => {
        const whole = Buffer.from(JSON.stringify({ data: values, next: 'x' }));
        const body = whole.subarray(0, cut % whole.length);
        expect(() => partsOf(body, [['data'], ['next']])).toThrow(MalformedJsonError);
      }),
    );
  });

  it.each([
    '{"a": [1 2]}',
    '{"a": [1,]}',
    '{"a": [1}}',
    '{"a" 1}',
    '{a: 1}',
    '{"a": 1} {}',
    '{"a": 1,}',
    '{"a": 1]',
    '',
  ])('refuses %j', (text) => {
    expect(() => partsOf(Buffer.from(text), [['a', 9], ['b']])).toThrow(MalformedJsonError);
  });
});

describe('exactText', () => {
  it('keeps every digit of a number', () => {
    fc.assert(
      fc.property(fc.bigInt(), (number) => {
        expect(exactText(Buffer.from(String(number)))).toBe(String(number));
      }),
    );
    expect(exactText(Buffer.from('1.50e+10'))).toBe('1.50e+10');
  });

  it('decodes texts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(exactText(Buffer.from(JSON.stringify(text)))).toBe(text);
      }),
    );
    expect(exactText(Buffer.from('"\\u00fc\\/"'))).toBe('ü/');
  });

  it('has none for what is no scalar, and refuses what is no JSON', () => {
    for (const text of ['null', '{}', '[1]']) expect(exactText(Buffer.from(text))).toBeUndefined();
    for (const text of ['tru', '01', '1.', '"\\x"']) {
      expect(() => exactText(Buffer.from(text))).toThrow(MalformedJsonError);
    }
  });
});
