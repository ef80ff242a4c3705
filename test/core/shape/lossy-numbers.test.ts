import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { holdsLossyNumber, isLossy, markLossyNumbers } from '../../../core/shape/lossy-numbers';
import { saidBy } from './decimal-text';

const folder = mkdtempSync(join(tmpdir(), 'lossy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function holds(text: string | Buffer): Promise<boolean> {
  const file = join(folder, 'pages');
  writeFileSync(file, text);
  return holdsLossyNumber(file);
}

const digits = (most: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${most}}$`));
/** A number of JSON's grammar, often near the end of what a double keeps. */
const numbers = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(
      fc.constant('0'),
      digits(20).map((text) => text.replace(/^0+(?=\d)/, '')),
    ),
    fc.oneof(
      fc.constant(''),
      fc
        .tuple(fc.constantFrom('', '0', '0'.repeat(20)), digits(20))
        .map(([zeros, text]) => `.${zeros}${text}`),
    ),
    fc.oneof(
      fc.constant(''),
      fc
        .tuple(
          fc.constantFrom('e', 'E', 'e-', 'E-', 'e+', 'e-0'),
          fc.oneof(fc.nat(30), fc.integer({ min: 280, max: 420 })),
        )
        .map((parts) => parts.join('')),
    ),
  )
  .map((parts) => parts.join(''));
const doubles = fc.double({ noNaN: true, noDefaultInfinity: true }).map(String);

/** Whether a double says something else, by whole numbers alone. */
function altered(text: string): boolean {
  if (!/[.eE]/.test(text)) return false;
  const written = String(Number(text));
  if (written.includes('Infinity')) return true;
  const [said, kept] = [saidBy(text), saidBy(written)];
  return said.digits !== kept.digits || said.power !== kept.power;
}

describe('isLossy', () => {
  test.each([
    ['100000000000000000.25', true],
    ['123456789012345.001', true],
    ['1.00000000000000001', true],
    ['1e-400', true],
    ['-1E-400', true],
    ['1e400', true],
    ['4.9e-324', true],
    ['5e-324', false],
    ['2.2250738585072014e-308', false],
    ['1.7976931348623157e308', false],
    ['1.7976931348623158e308', true],
    ['1152921504606846976.0', true],
    ['1152921504606847000.0', false],
    ['12345678901234567e5', true],
    ['0.30000000000000004', false],
    ['-73.98765432109876', false],
    ['1.10', false],
    ['1E5', false],
    ['1.50000000000000000000000', false],
    ['100000000000000000000000000e-20', false],
    ['0.0', false],
    ['-0.0e-999999999999999999999', false],
    ['1e-999999999999999999999', true],
    ['9007199254740993', false],
    ['123456789012345678901234567890', false],
    ['01.00000000000000001', false],
    ['1.00000000000000001.5', false],
    ['.00000000000000000001', false],
    ['', false],
  ])('%s: %s', (text, expected) => expect(isLossy(text)).toBe(expected));

  test('is what whole numbers say', () => {
    fc.assert(
      fc.property(fc.oneof(numbers, doubles), (text) =>
        expect([text, isLossy(text)]).toEqual([text, altered(text)]),
      ),
      { numRuns: 5000 },
    );
  });

  test('takes no time for a megabyte', () => {
    const zeros = '0'.repeat(500_000);
    expect(isLossy(`1.${zeros}1${zeros}`)).toBe(true);
    expect(isLossy(`${zeros.slice(1)}.${zeros}1`)).toBe(false);
    expect(isLossy(`0.${zeros}1${zeros}e500001`)).toBe(false);
    expect(isLossy(`1${zeros}${zeros}e-1000000`)).toBe(false);
  }, 2000);
});

describe('holdsLossyNumber', () => {
  test.each([
    ['{"a":0.1234567890123456789}', true],
    ['{"a" : \n\t 0.1234567890123456789 \r\n }', true],
    ['[[0.1234567890123456789]]', true],
    ['[1,0.1234567890123456789,2]', true],
    ['[1e-400]', true],
    ['[1E-400]', true],
    ['[4.9E-324]', true],
    ['[12345678901234567e5]', true],
    ['[1234567890123456.7]', true],
    // DuckDB keeps what is beyond every double
    ['[1e400]', false],
    ['{"a":"0.1234567890123456789"}', false],
    ['{"a":"x,0.1234567890123456789,"}', false],
    ['{"a":"\\",0.1234567890123456789,\\""}', false],
    ['{"a":"\\\\",0.1234567890123456789:1}', false],
    ['{"a":",1e-400,","b":"[1e-400]"}', false],
    ['{"a":0.30000000000000004,"b":12345678901234567890}', false],
    ['0.1234567890123456789', false],
    ['[0.1234567890123456789', false],
    ['', false],
  ])('%s: %s', async (text, expected) => {
    expect(await holds(text)).toBe(expected);
    expect(await holds(`{"data":[]}\n${text}\n`)).toBe(expected);
  });

  test('wherever it stands, though a file is read in pieces', async () => {
    const piece = 256 * 1024;
    for (const number of ['0.1234567890123456', '-1e-400', '1234567890123456e4', `0.${'0'.repeat(300)}1`]) {
      const body = (length: number) =>
        `{"s":"${'x'.repeat(length)}","n":[\n ${number}]}\n{"rest":"${'y'.repeat(300)}"}`;
      for (let length = piece - 360; length < piece + 20; length += 1)
        expect([length, await holds(body(length))]).toEqual([length, isLossy(number)]);
    }
    expect(await holds(`[${' '.repeat(3 * piece)}0.1234567890123456789${' '.repeat(3 * piece)}]`)).toBe(true);
    expect(await holds(`["${'1'.repeat(3 * piece)}.5"]`)).toBe(false);
    expect(await holds(`[${'1'.repeat(3 * piece)}.5]`)).toBe(true);
    expect(await holds(`[${'1'.repeat(3 * piece)}]`)).toBe(false);
  });

  test('among everything that JSON can be', async () => {
    const values = fc.array(
      fc.oneof(
        fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
        numbers,
        doubles,
      ),
      { maxLength: 30 },
    );
    const spaces = fc.constantFrom(', ', ',', ' ,\n');
    await fc.assert(
      fc.asyncProperty(values, spaces, fc.nat(40), async (parts, separator, before) => {
        const text = `${' '.repeat(before)}{"s":"1.5","data":[${parts.join(separator)}]}\n`;
        // A bare number is where its own digits would be missed by a reader of doubles
        const lossy = parts.some((part) => isLossy(part) && Number.isFinite(Number(part)));
        const beyond = parts.some((part) => isLossy(part) && !Number.isFinite(Number(part)));
        const found = await holds(text);
        if (lossy || !beyond) expect(found).toBe(lossy);
      }),
      { numRuns: 400 },
    );
  });
});

describe('markLossyNumbers', () => {
  const marked = (text: string) => markLossyNumbers(Buffer.from(text), 'm-').toString();

  test('makes strings of bare numbers that a double alters, and of nothing else', () => {
    expect(marked('{"a":[1.5, 1e-400 ],"b":-0.1234567890123456789,"c":"1e-400,"}')).toBe(
      '{"a":[1.5, "m-1e-400" ],"b":"m--0.1234567890123456789","c":"1e-400,"}',
    );
    const body = Buffer.from('{"é":[1.5,"1e-400"]}');
    expect(markLossyNumbers(body, 'm-')).toBe(body);
  });

  test.each([
    '{1e-400:1}',
    '[01e-400]',
    '[1e-400.5]',
    '[1 1e-400]',
    '[1e-400 1]',
    '[1e-400',
    '1e-400',
    '[+1e-400]',
    '["a" 1e-400]',
    '{"a"1e-400}',
  ])('leaves %s, which is malformed or no record, as it is', (text) => expect(marked(text)).toBe(text));

  test('what is marked reads as it did but for those numbers', () => {
    const values = fc.array(
      fc.oneof(
        fc.jsonValue().map((value) => JSON.stringify(value)),
        numbers,
      ),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(values, (parts) => {
        const read: unknown[] = JSON.parse(marked(`[${parts.join(' , ')}]`));
        for (const [index, part] of parts.entries()) {
          // Beyond every double they may stay, since DuckDB keeps them
          if (read[index] !== Number.POSITIVE_INFINITY && read[index] !== Number.NEGATIVE_INFINITY)
            expect(read[index]).toEqual(isLossy(part) ? `m-${part}` : JSON.parse(part));
          else expect(Number(part)).toBe(read[index]);
        }
      }),
      { numRuns: 300 },
    );
  });
});
