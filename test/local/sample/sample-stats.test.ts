import fc from 'fast-check';
import { SampleStatsCounter } from '../../../local/sample/sample-stats';

test('busiestSecond is the largest number of requests in any window of one second', () => {
  const gaps = fc.array(
    fc.oneof(fc.nat({ max: 50 }), fc.nat({ max: 1500 }), fc.constantFrom(250, 500, 1000)),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(gaps, (waits) => {
      const counter = new SampleStatsCounter();
      // Whole milliseconds, so that requests exactly a second apart occur.
      let now = Math.ceil(performance.now());
      const times = waits.map((wait) => {
        now += wait;
        counter.accepted(now);
        return now;
      });
      const windows = times.map(
        (start) => times.filter((time) => time >= start && time < start + 1000).length,
      );
      expect(counter.summary().busiestSecond).toBe(Math.max(0, ...windows));
    }),
    // A window of one second does not hold both its ends.
    { examples: [[[0, 1000]], [[0, 500, 500]]] },
  );
});
