import fc from 'fast-check';
import { bytesOf } from '../../../core/forecast/compression';
import { forecastExtent } from '../../../core/forecast/extent';
import { forecast } from '../../../core/forecast/forecast';
import { lanesNeeded, laneTime } from '../../../core/forecast/lane-time';
import type { Probe } from '../../../core/forecast/probe';
import { paceProblems } from '../../../core/source/check/inconsistent-limits';
import type { Dataset } from '../../../core/source/source';
import { aDataset, aSource, byNextCursor, someLimits } from '../../support/source-fixture';

const slice = (name: string) => ({ name, parameters: {} });

/** Three full pages of a dataset of 10,000 records; `changes` replace fields. */
function aProbe(changes: Partial<Probe> = {}): Probe {
  return {
    requests: 3,
    pages: 3,
    parts: 3,
    records: 300,
    bytesReceived: 60_000,
    stage: { alone: 4000, together: 11_000 },
    raw: { alone: 5000, together: 14_000 },
    latency: 100,
    pageSize: 100,
    slices: [slice('all')],
    seen: [{ name: 'all', records: 10_000, pages: 100, known: 'said' }],
    ...changes,
  };
}

const looking = { looks: 3, ifShort: 'refuse', tolerance: 0, maxShrink: 0.5 } as const;
const cursor = aDataset({ pagination: byNextCursor });
const tell = (probe: Probe, dataset: Dataset = aDataset(), quota?: number) =>
  forecast(probe, aSource({ datasets: [dataset] }), dataset, {
    quota,
    now: new Date('2026-01-31T03:00:00Z'),
  });

describe('forecast', () => {
  test('of a dataset that says how much it holds is one number, but for how it compresses', () => {
    const told = tell(aProbe());
    expect(told).toMatchObject({
      known: 'said',
      records: { low: 10_000, likely: 10_000, high: 10_000 },
      pages: { likely: 100 },
      // 100 pages on four lanes, four ranges each, are seven pages a range
      ranges: { low: 15, likely: 15, high: 15 },
      bytesReceived: { likely: 2_000_000 },
      // Page 1 is asked for twice: to plan, and to be loaded.
      requests: { low: 101, likely: 101, high: 101 },
      lookRequests: { likely: 0 },
      notes: [],
    });
    expect(told.bytesStaged.low).toBeLessThan(told.bytesStaged.likely);
    expect(told.bytesStaged.likely).toBeLessThan(told.bytesStaged.high);
    expect(told.bytesStaged.high).toBe(Math.round((11_000 / 300) * 10_000));
  });

  test('looks again once where nothing moves, and as often as declared where it never rests', () => {
    const told = tell(aProbe(), aDataset({ verification: looking }));
    // All of it three times, at first in ranges of 7 pages and then of one, a look at the edges before and after each, and a page more by then.
    const restless = 15 + (101 + 15) + 2 * (101 + 101);
    expect(told.requests).toEqual({ low: 101 + 15, likely: 101 + 15, high: 101 + restless });
    expect(told.lookRequests).toEqual({ low: 15, likely: 15, high: restless });
    expect(told.notes).toEqual([
      expect.stringMatching(/up to 636 requests.* up to 3 times.*7 looks at most/),
    ]);
    expect(told.cost.high.total).toBeGreaterThan(2 * told.cost.likely.total - 0.005);
  });

  test('bounds what sources that kept changing were asked', () => {
    // 40 pages on two lanes: 249 to 274 requests were counted where it never rested, 55 where it did.
    const dataset = aDataset({ verification: looking });
    const seen = [{ name: 'all', records: 4000, pages: 40, known: 'said' as const }];
    const source = aSource({ datasets: [dataset], limits: someLimits({ lanes: 4 }) });
    const told = forecast(aProbe({ seen }), source, dataset, { now: new Date('2026-01-31T03:00:00Z') });
    expect(told.ranges.likely).toBe(14);
    expect(told.requests).toMatchObject({ likely: 41 + 14, high: 274 });
  });

  test('looks at the end of a source that does not say where it is', () => {
    const total = { type: 'none', hasMore: undefined } as const;
    const pagination = { ...aDataset().pagination, total } as Dataset['pagination'];
    const silent = aDataset({ pagination, verification: looking });
    const told = tell(aProbe(), silent);
    expect(told.lookRequests.likely).toBe(told.ranges.likely + 2);
    expect(told.lookRequests.high).toBeGreaterThan(3 * 100 + 4 * 2);
  });

  test('never looks again at a chain', () => {
    const told = tell(aProbe(), { ...cursor, verification: looking });
    expect(told.requests).toEqual({ low: 100, likely: 100, high: 100 });
  });

  test('says that a chain is followed by one lane', () => {
    const told = tell(aProbe(), cursor);
    // 100 pages at a quarter of 50 a second
    expect(told.seconds.likely).toBeGreaterThan(8);
    expect(told.pace).toMatchObject({ heldBy: 'lanes' });
    expect(told.pace.used).toBeLessThanOrEqual(0.25);
    expect(told.notes.join()).toContain('cut the dataset into slices');
  });

  test('says that answers come too slowly, and how many lanes it would take', () => {
    const told = tell(aProbe({ latency: 20_000 }));
    // 50 a second, 20 s each: a thousand under way, 32 in a lane
    expect(told.pace).toMatchObject({ heldBy: 'latency', lanesNeeded: 32 });
    expect(told.notes.join()).toContain('lanes: 32 would use all');
  });

  test('is of a thousand records where nobody says how many there are, and judges no quota', () => {
    const told = tell(aProbe({ seen: [{ name: 'all', known: 'unknown' }] }), cursor, 2);
    expect(told).toMatchObject({
      known: 'unknown',
      atLeast: { records: 300, requests: 3 },
      records: { likely: 1000 },
      pages: { likely: 10 },
      quota: { perDay: 2, records: 200, exceeded: false },
    });
    expect(told.quota).not.toHaveProperty('days');
    expect(told.notes[0]).toMatch(/says nowhere how much it holds.* 3 at least/);
  });

  test('where nobody says how many there are, each slice takes a request at least', () => {
    const slices = Array.from({ length: 10 }, (_, i) => slice(`s-${i}`));
    const told = tell(aProbe({ slices, seen: [{ name: 's-0', known: 'unknown' }] }), cursor, 9);
    expect(told).toMatchObject({ atLeast: { requests: 3 + 9 }, quota: { records: 0, exceeded: false } });
  });

  test('counts the days that a quota takes', () => {
    expect(tell(aProbe(), aDataset(), 50).quota).toMatchObject({ days: { likely: 3 }, exceeded: true });
    expect(tell(aProbe(), aDataset(), 101).quota).toMatchObject({ share: { likely: 1 }, exceeded: false });
    expect(tell(aProbe())).not.toHaveProperty('quota');
  });

  test('says how to keep to a quota, or that no limit does', () => {
    const many = [{ name: 'all', records: 1e6, pages: 1e4, known: 'said' as const }];
    const advice = (quota: number) => tell(aProbe({ seen: many }), aDataset(), quota).quota?.advice;
    expect(advice(2000)).toContain(
      'the slowest that can be declared is 2 requests a minute, which is 2,880 a day',
    );
    expect(advice(3000)).toContain('requestsPerSecond: 0.0347 and lanes: 2 keeps to the quota');
    expect(advice(9000)).toContain('requestsPerSecond: 0.1041 keeps to the quota');
    expect(advice(20_000)).toBeUndefined();
    for (const quota of [2800, 2879, 2880, 2890, 3000, 5184, 9000]) {
      const [, rate, lanes = '4'] =
        /requestsPerSecond: ([\d.]+)(?: and lanes: (\d+))?/.exec(advice(quota) ?? '') ?? [];
      if (rate === undefined) continue;
      const limits = { requestsPerSecond: Number(rate), lanes: Number(lanes) };
      expect({ quota, problems: paceProblems({ limits }, []) }).toEqual({ quota, problems: [] });
      expect(Number(rate) * 86_400).toBeLessThanOrEqual(quota);
    }
  });

  test('says that a run takes longer than a day', () => {
    const years = [{ name: 'all', records: 1e9, pages: 1e7, known: 'said' as const }];
    expect(tell(aProbe({ seen: years })).notes.join()).toMatch(/this run would take 5[6-9] hours/);
  });

  test('is in order, and grows with what there is', () => {
    const some = fc.record({
      pages: fc.integer({ min: 1, max: 100_000 }),
      latency: fc.integer({ min: 1, max: 5000 }),
    });
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 10_000 }), ({ pages, latency }, more) => {
        const of = (count: number) => {
          const seen = [{ name: 'all', records: count * 100, pages: count, known: 'said' as const }];
          return tell(aProbe({ latency, seen }));
        };
        const [small, big] = [of(pages), of(pages + more)];
        for (const name of ['requests', 'seconds', 'bytesStaged', 'bytesReceived'] as const) {
          const { low, likely, high } = small[name];
          expect(low).toBeLessThanOrEqual(likely);
          expect(likely).toBeLessThanOrEqual(high);
          if (name !== 'seconds') expect(big[name].likely).toBeGreaterThan(likely);
        }
        // Never faster than the source allows, but for what it tolerates at once.
        expect(small.seconds.likely).toBeGreaterThan((pages - 4) / 50);
      }),
    );
  });
});

describe('forecastExtent', () => {
  const seen = [
    { name: 'a', records: 100, pages: 1, known: 'said' as const },
    { name: 'b', records: 300, pages: 3, known: 'said' as const },
  ];

  test('takes the slices that were not looked at for those that were', () => {
    const slices = Array.from({ length: 10 }, (_, i) => slice(`s-${i}`));
    expect(forecastExtent(aProbe({ slices, seen }))).toEqual({
      known: 'slices',
      records: { low: 400 + 800, likely: 2000, high: 400 + 2400 },
      pages: { low: 4 + 8, likely: 20, high: 4 + 24 },
    });
  });

  test('knows all where every slice was looked at', () => {
    const extent = forecastExtent(aProbe({ slices: [slice('a'), slice('b')], seen }));
    expect(extent).toMatchObject({ known: 'said', records: { low: 400, high: 400 }, pages: { likely: 4 } });
  });

  test('does not know where one slice does not say', () => {
    const open = [...seen, { name: 'c', known: 'unknown' as const }];
    expect(forecastExtent(aProbe({ seen: open })).known).toBe('unknown');
  });
});

describe('bytesOf', () => {
  test('what was looked at is what it was', () => {
    const sizes = { alone: 4000, together: 11_000 };
    const probed = { pages: 3, parts: 3, records: 300 };
    expect(bytesOf(sizes, probed, { records: 300, pagesPerFile: 3 }).likely).toBe(11_000);
  });

  test('nothing is nothing', () => {
    const probed = { pages: 1, parts: 1, records: 0 };
    expect(bytesOf({ alone: 500, together: 500 }, probed, { records: 0, pagesPerFile: 1 }).high).toBe(0);
  });
});

describe('laneTime', () => {
  const work = {
    pages: 400,
    ranges: 4,
    pagesPerRange: 100,
    isChained: false,
    sideBySide: 4,
    limits: someLimits(),
    weight: 1,
    latency: 0.1,
    writing: 0.3,
  };

  test('is that of the limit, and of the last answer and object', () => {
    const { seconds, used, heldBy } = laneTime(work);
    // Each lane's share is 50 × 0.995 / 4 a second, and its first request waits for nothing.
    expect(seconds).toBeCloseTo(99 / ((50 * 0.995) / 4) + 0.4, 6);
    expect(used).toBeCloseTo(400 / 50 / seconds, 6);
    expect(heldBy).toBe('limit');
  });

  test('is twice as long where a request counts twice', () => {
    const { seconds } = laneTime({ ...work, weight: 2 });
    expect(seconds / laneTime(work).seconds).toBeCloseTo(2, 1);
  });

  test('is that of answers where a chain waits for each', () => {
    const chained = { ...work, pages: 100, ranges: 1, isChained: true, latency: 2 };
    expect(laneTime(chained).seconds).toBeCloseTo(100 * 2 + 2 + 0.3, 6);
    expect(laneTime(chained).heldBy).toBe('latency');
    expect(lanesNeeded(work.limits, chained)).toBe(100);
  });
});
