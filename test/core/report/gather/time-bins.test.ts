import fc from 'fast-check';
import { TimeBins } from '../../../../core/report/gather/time-bins';

const happened = fc.record({
  from: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_000 + 5 * 86_400_000 }),
  milliseconds: fc.integer({ min: 0, max: 900_000 }),
  requests: fc.nat(1000),
  throttled: fc.nat(10),
  retries: fc.nat(10),
  latency: fc.constant([10, 20, 30] as const),
});

describe('sums over time', () => {
  it('come to what was added, in order and without a gap, from the first beginning to the last end', () => {
    fc.assert(
      fc.property(
        fc.array(happened, { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 2, max: 200 }),
        (all, most) => {
          const time = new TimeBins();
          for (const one of all) time.add(one);
          const bins = time.bins(most);
          for (const name of ['requests', 'throttled', 'retries'] as const) {
            const added = all.reduce((sum, one) => sum + one[name], 0);
            expect(bins.reduce((sum, bin) => sum + bin[name], 0)).toBeCloseTo(added, 4);
          }
          expect(bins.length).toBeLessThanOrEqual(most);
          expect(bins[0]?.from).toBe(Math.min(...all.map(({ from }) => from)));
          expect(bins.at(-1)?.to).toBe(
            Math.max(...all.map(({ from, milliseconds }) => from + Math.max(1, milliseconds))),
          );
          for (const [index, bin] of bins.entries())
            if (index > 0) expect(bin.from).toBe(bins[index - 1]?.to);
          for (const { latency } of bins) {
            if (latency === undefined) continue;
            expect(latency.median).toBeCloseTo(10);
            expect(latency.longest).toBe(30);
          }
        },
      ),
    );
  });

  it('are none where nothing was added', () => {
    expect(new TimeBins().bins(10)).toEqual([]);
  });

  it('spread a range evenly over its own time', () => {
    const time = new TimeBins();
    time.add({ from: 1000, milliseconds: 1000, requests: 40, throttled: 0, retries: 4 });
    expect(time.bins(4).map(({ from, to, requests, retries }) => [from, to, requests, retries])).toEqual([
      [1000, 1250, 10, 1],
      [1250, 1500, 10, 1],
      [1500, 1750, 10, 1],
      [1750, 2000, 10, 1],
    ]);
  });

  it('weigh latencies by requests, and leave a gap where nothing was asked', () => {
    const time = new TimeBins();
    time.add({ from: 0, milliseconds: 250, requests: 30, throttled: 0, retries: 0, latency: [10, 20, 30] });
    time.add({ from: 0, milliseconds: 250, requests: 10, throttled: 0, retries: 0, latency: [50, 60, 70] });
    time.add({ from: 500, milliseconds: 250, requests: 10, throttled: 0, retries: 0 });
    expect(time.bins(3).map(({ latency }) => latency)).toEqual([
      { median: 20, high: 30, longest: 70 },
      undefined,
      undefined,
    ]);
  });
});
