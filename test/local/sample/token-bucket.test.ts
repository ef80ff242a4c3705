import fc from 'fast-check';
import { TokenBucket } from '../../../local/sample/token-bucket';

describe('TokenBucket', () => {
  const rates = fc.double({ min: 0.1, max: 1000, noNaN: true });
  const depths = fc.double({ min: 0, max: 100, noNaN: true });
  const gaps = fc.array(fc.double({ min: 0, max: 500, noNaN: true }), { minLength: 1, maxLength: 300 });

  test('never lets more pass, in any stretch of time, than its depth and the rate allow', () => {
    fc.assert(
      fc.property(rates, depths, gaps, (perSecond, depth, waits) => {
        const bucket = new TokenBucket(perSecond, depth, 0);
        const passed: number[] = [];
        let now = 0;
        for (const wait of waits) {
          now += wait;
          if (bucket.take(now)) passed.push(now);
        }
        passed.forEach((start, first) => {
          passed.slice(first).forEach((end, count) => {
            const allowed = Math.max(1, depth) + ((end - start) * perSecond) / 1000;
            expect(count + 1).toBeLessThanOrEqual(allowed + 1e-6);
          });
        });
      }),
      { numRuns: 50 },
    );
  });

  test('lets everyone pass who keeps the rate or waits as long as it says', () => {
    fc.assert(
      fc.property(rates, depths, fc.nat({ max: 200 }), (perSecond, depth, requests) => {
        const bucket = new TokenBucket(perSecond, depth, 0);
        let now = 0;
        for (let i = 0; i < requests; i++) {
          now += bucket.secondsToNext(now) * 1000 + 1e-6;
          expect(bucket.take(now)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('says how many may pass at once', () => {
    const bucket = new TokenBucket(2, 3, 0);
    expect(bucket.remaining(0)).toBe(3);
    for (let i = 0; i < 3; i++) expect(bucket.take(0)).toBe(true);
    expect([bucket.remaining(0), bucket.take(0), bucket.secondsToNext(0)]).toEqual([0, false, 0.5]);
    expect(bucket.remaining(1000)).toBe(2);
    expect(bucket.remaining(100_000)).toBe(3);
  });
});
