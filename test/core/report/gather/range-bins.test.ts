import fc from 'fast-check';
import { RangeBins } from '../../../../core/report/gather/range-bins';

const records = fc.record({
  received: fc.nat(3),
  staged: fc.nat(500),
  quarantined: fc.nat(10),
  filtered: fc.nat(10),
});

describe('sums over consecutive ranges', () => {
  it('come to what was added, in order, each of as many ranges as the others but for the last', () => {
    fc.assert(
      fc.property(fc.array(records, { maxLength: 1500 }), fc.integer({ min: 1, max: 200 }), (all, most) => {
        const ranges = new RangeBins();
        for (const one of all) ranges.add(one);
        const bins = ranges.bins(most);
        expect(bins.length).toBeLessThanOrEqual(most);
        expect(bins.reduce((sum, { staged }) => sum + staged, 0)).toBe(
          all.reduce((sum, { staged }) => sum + staged, 0),
        );
        expect(bins.reduce((sum, { empty }) => sum + empty, 0)).toBe(
          all.filter(({ received }) => received === 0).length,
        );
        let first = 0;
        for (const [index, bin] of bins.entries()) {
          expect(bin.first).toBe(first);
          if (index < bins.length - 1) expect(bin.ranges).toBe(bins[0]?.ranges);
          first += bin.ranges;
        }
        expect(first).toBe(all.length);
      }),
    );
  });
});
