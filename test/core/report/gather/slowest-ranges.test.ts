import fc from 'fast-check';
import { SlowestRanges } from '../../../../core/report/gather/slowest-ranges';
import { anObject, planOf } from '../report-fixture';

describe('the slowest ranges', () => {
  it('are those that sorting all of them would put first', () => {
    const plan = planOf(10);
    fc.assert(
      fc.property(fc.array(fc.nat(20)), fc.integer({ min: 1, max: 5 }), (times, most) => {
        const slowest = new SlowestRanges(most);
        for (const [index, fetchMilliseconds] of times.entries())
          slowest.add(anObject(plan, index, { fetchMilliseconds }));
        const sorted = [...times].sort((a, b) => b - a).slice(0, most);
        expect(slowest.all.map(({ receipt }) => receipt.fetchMilliseconds)).toEqual(sorted);
      }),
    );
  });
});
