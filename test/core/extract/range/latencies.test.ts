import fc from 'fast-check';
import { Latencies } from '../../../../core/extract/range/latencies';

function summaryOf(milliseconds: readonly number[]) {
  const latencies = new Latencies();
  for (const one of milliseconds) latencies.add(one);
  return latencies.summary();
}

it('says nothing of nothing', () => {
  expect(summaryOf([])).toBeUndefined();
});

it.each([
  [[7], [7, 7, 7]],
  [
    [30, 10, 20],
    [20, 30, 30],
  ],
  [
    [2, 1],
    [1, 2, 2],
  ],
  [Array.from({ length: 100 }, (_, i) => 100 - i), [50, 95, 100]],
  [
    [0.4, 0.6, 12.5],
    [1, 13, 13],
  ],
])('of %j', (milliseconds, expected) => {
  expect(summaryOf(milliseconds)).toEqual(expected);
});

it('names numbers that were measured, of which at least half and 95 in a hundred are no larger', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100_000), { minLength: 1 }), (milliseconds) => {
      const [median = 0, most = 0, longest = 0] = summaryOf(milliseconds) ?? [];
      const upTo = (limit: number) => milliseconds.filter((one) => one <= limit).length / milliseconds.length;
      for (const [value, share] of [
        [median, 0.5],
        [most, 0.95],
        [longest, 1],
      ] as const) {
        expect(milliseconds).toContain(value);
        expect(upTo(value)).toBeGreaterThanOrEqual(share);
        expect(upTo(value - 1)).toBeLessThan(share);
      }
    }),
  );
});
