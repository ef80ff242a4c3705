import fc from 'fast-check';
import { unitsOf, withinBound } from '../../../../core/shape/sql/bounds';

test.each<[string, number, 'min' | 'max', bigint | undefined]>([
  ['1.5', 0, 'min', 2n],
  ['1.5', 0, 'max', 1n],
  ['-1.5', 0, 'min', -1n],
  ['-1.5', 0, 'max', -2n],
  ['1e3', 2, 'min', 100_000n],
  ['1.25e-1', 2, 'min', 13n],
  ['9007199254740993', 0, 'max', 9007199254740993n],
  ['.5', 1, 'min', 5n],
  ['5.', 0, 'max', 5n],
  ['', 0, 'min', undefined],
  ['.', 0, 'min', undefined],
  ['1_0', 0, 'min', undefined],
  ['NaN', 0, 'min', undefined],
])('%s in units of 10^-%d, as a %simum', (text, scale, side, units) => {
  expect(unitsOf(text, scale, side)).toBe(units);
});

test('a minimum is the smallest value that is not below it, a maximum the largest that is not above', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
      fc.nat(6),
      fc.nat(6),
      (number, digits, scale) => {
        const text = `${number}e-${digits}`;
        const [min, max] = [unitsOf(text, scale, 'min'), unitsOf(text, scale, 'max')];
        if (min === undefined || max === undefined) throw new Error(`${text} was not read`);
        const units = (of: bigint) => of * 10n ** BigInt(digits);
        const exact = number * 10n ** BigInt(scale);
        expect(units(min) >= exact && units(min - 1n) < exact).toBe(true);
        expect(units(max) <= exact && units(max + 1n) > exact).toBe(true);
      },
    ),
  );
});

test('a bound that no value reaches holds for all or for none', () => {
  const decimal = { type: 'decimal', precision: 4, scale: 2 } as const;
  expect(withinBound(decimal, 'max', 100, 'v')).toBe('true');
  expect(withinBound(decimal, 'min', -100, 'v')).toBe('true');
  expect(withinBound(decimal, 'min', 100, 'v')).toBe('(v IS NULL)');
  expect(withinBound(decimal, 'max', '-1e9', 'v')).toBe('(v IS NULL)');
  expect(() => withinBound(decimal, 'min', 'many', 'v')).toThrow('min "many" is no number');
});
