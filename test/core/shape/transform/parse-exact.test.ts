import fc from 'fast-check';
import { parseExact } from '../../../../core/shape/transform/parse-exact';
import { writeRecord } from '../../../../core/shape/transform/write-json';

describe('parseExact', () => {
  test.each<readonly [string, unknown]>([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['9007199254740993', 9007199254740993n],
    ['-9223372036854775809', -9223372036854775809n],
    ['99999999999999999999999999999999999999', 99999999999999999999999999999999999999n],
    ['0.1', 0.1],
    ['52.3702157', 52.3702157],
    ['123456789.123456', 123456789.123456],
    ['123456789.1234567', 123456789.1234567],
    ['123456789.12345678', 123456789.12345678],
    ['123456789.123456789', '123456789.123456789'],
    ['0.30000000000000004', 0.30000000000000004],
    ['0.300000000000000040', 0.30000000000000004],
    ['0.300000000000000041', '0.300000000000000041'],
    ['-73.98765432109876', -73.98765432109876],
    ['1152921504606847000.0', '1152921504606847000.0'],
    ['1e20', 1e20],
    ['5e-324', 5e-324],
    ['1.7976931348623157e308', '1.7976931348623157e308'],
    ['1.7976931348623158e308', '1.7976931348623158e308'],
    ['1.5000000000000000000000', 1.5],
    ['0.000000000000000000000015', 1.5e-23],
    ['1e308', 1e308],
    ['1e400', '1e400'],
    ['-1E+400', '-1E+400'],
    ['1e-400', '1e-400'],
    ['4.9e-324', '4.9e-324'],
    ['0e-400', 0],
    ['0.0000000000000000000000', 0],
    ['1e0000400', '1e0000400'],
    ['12345678901234567e1', '12345678901234567e1'],
  ])('%s arrives with all its digits', (text, expected) => {
    expect(parseExact(text)).toStrictEqual(expected);
    expect(parseExact(`{"a":[${text}]}`)).toStrictEqual({ a: [expected] });
  });

  test('gives nothing that may not be returned as it is', () => {
    const number = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 40n }), fc.integer({ min: -30, max: 320 }));
    fc.assert(
      fc.property(number, ([digits, exponent]) => {
        for (const text of [`${digits}`, `${digits}e${exponent}`])
          expect(() => writeRecord({ a: parseExact(text) })).not.toThrow();
      }),
    );
  });

  test('looks at numbers, not at strings that hold some', () => {
    const strings = ['9007199254740993', '"9007199254740993', '\\', '\\"9007199254740993\\', '1e400', 'é9'];
    const text = JSON.stringify({ strings, 9007199254740993: 9007199254740 });
    expect(parseExact(`[${text},9007199254740993]`)).toStrictEqual([JSON.parse(text), 9007199254740993n]);
  });

  test("keeps '__proto__' as a key like any other, beside a bigint too", () => {
    for (const number of ['1', '9007199254740993']) {
      const value = parseExact(`{"__proto__":{"admin":${number}},"constructor":2}`) as object;
      expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect('admin' in value).toBe(false);
      expect(writeRecord(value)).toBe(`{"__proto__":{"admin":${number}},"constructor":2}`);
    }
  });

  test('takes the last of two values of one key, as JSON.parse does', () => {
    expect(parseExact('{"a":9007199254740993,"a":9007199254740995}')).toEqual({ a: 9007199254740995n });
    expect(parseExact('{"a":1,"a":2}')).toEqual({ a: 2 });
  });

  test.each([
    '01234567890123456789',
    '1234567890123456789.',
    '-',
    '1234567890123456789x',
    '[1234567890123456789',
    '{"a":1234567890123456789 "b":1}',
    '"1234567890123456789',
    '+1234567890123456789',
    '1e400e400',
  ])('refuses %s, which is no JSON', (text) => {
    expect(() => parseExact(text)).toThrow(SyntaxError);
  });

  test('a number of a megabyte takes no time and stays a text', () => {
    for (const number of ['9'.repeat(1_000_000), `1.${'0'.repeat(500_000)}1${'0'.repeat(500_000)}1`]) {
      expect(parseExact(`{"a":${number}}`)).toEqual({ a: number });
    }
  }, 5000);

  test('what is parsed and written again says the same, for any value', () => {
    const key = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('__proto__'));
    const scalars = [fc.string({ unit: 'binary' }), fc.boolean(), fc.constant(null), fc.maxSafeInteger()];
    const values = fc.object({ key, values: scalars, maxDepth: 4 });
    fc.assert(
      fc.property(values, (value) => {
        const text = JSON.stringify(value);
        expect(writeRecord(parseExact(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  test('no integer and no decimal ever loses a digit', () => {
    const decimals = fc
      .tuple(fc.bigInt(), fc.stringMatching(/^[0-9]{1,30}$/), fc.option(fc.integer({ min: -400, max: 400 })))
      .map(([whole, fraction, exponent]) => `${whole}.${fraction}${exponent === null ? '' : `e${exponent}`}`);
    fc.assert(
      fc.property(fc.oneof(fc.bigInt().map(String), decimals), (text) => {
        const value = parseExact(text);
        if (typeof value === 'string') return expect(value).toBe(text);
        if (typeof value === 'bigint' || !/[.e]/.test(text)) return expect(String(value)).toBe(text);
        expect(exactly(String(value))).toEqual(exactly(text));
      }),
      { numRuns: 2000 },
    );
  });
});

/** Digits and power of ten of a decimal text, without zeros that say nothing. */
function exactly(text: string): { digits: string; power: number } {
  const [mantissa = '', exponent = '0'] = text.replace(/^-/, '').split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  const short = digits.replace(/0+$/, '');
  const power = Number(exponent) - fraction.length + digits.length - short.length;
  return short === '' ? { digits: '', power: 0 } : { digits: short, power };
}
