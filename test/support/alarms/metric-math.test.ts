import fc from 'fast-check';
import { metricMath } from './metric-math';

test.each([
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3', 9],
  ['10 - 4 - 3', 3],
  ['12 / 3 / 2', 2],
  ['100 * errors / invocations', 25],
  ['IF(errors >= 2, 100 * errors / invocations, 0)', 0],
  ['IF(errors > 0, 0, invocations)', 0],
  ['IF(errors < 1, 1, IF(errors == 1, 2, 3))', 2],
  ['errors <= invocations', 1],
])('%s is %d', (expression, value) => {
  expect(metricMath(expression, { errors: 1, invocations: 4 })).toBe(value);
});

test('has no value where one is missing that it needs, or where it divides by zero', () => {
  expect(metricMath('100 * a / b', { a: 1, b: undefined })).toBeUndefined();
  expect(metricMath('100 * a / b', { a: 1, b: 0 })).toBeUndefined();
  expect(metricMath('IF(a > 0, b, 0)', { a: undefined, b: 1 })).toBeUndefined();
  expect(metricMath('IF(a > 0, b, 0)', { a: 0, b: undefined })).toBe(0);
});

test.each([['a +'], ['(a'], ['a b'], ['FILL(a, 0)'], ['c'], ['a ? 1 : 2'], ['']])(
  'refuses %j',
  (expression) => {
    expect(() => metricMath(expression, { a: 1, b: 2 })).toThrow();
  },
);

test('reckons as JavaScript does', () => {
  const number = fc.integer({ min: 1, max: 1000 }).map(String);
  const { expression } = fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof(
      { depthSize: 'small' },
      number,
      fc
        .tuple(tie('expression'), fc.constantFrom('+', '-', '*'), tie('expression'))
        .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      fc
        .tuple(tie('expression'), fc.constantFrom('+', '-', '*'), number)
        .map(([a, operator, b]) => `${a} ${operator} ${b}`),
    ),
  }));
  fc.assert(
    fc.property(expression, (text) => {
      expect(metricMath(text, {})).toBe(new Function(`return ${text}`)());
    }),
  );
});
