import { costOf } from '../../../core/forecast/cost';
import { type Keeping, monthOf, runsPerMonth, smallestTieredBytes } from '../../../core/forecast/monthly';
import { noUsage } from '../../../core/forecast/usage';
import type { Schedule } from '../../../core/source/source';

const at3: Schedule = { type: 'cron', hour: 3, minute: 0, timeZone: 'UTC' };
// A run that costs a dollar: 200,000 PUTs.
const cost = costOf({ ...noUsage, s3: { ...noUsage.s3, put: 200_000 } });
const stored = { tableBytes: 10e9, rawBytes: 100e9, rawObjects: 100 };
const run = { cost, stored, bytesReceived: 500e9 };
const keeping: Keeping = { rawDays: 365, tiered: false };
const settings = { runs: 10, keepRuns: 3, isPrivate: false, keeping };

test('a schedule without days is daily, and what changed is loaded besides', () => {
  expect(runsPerMonth({})).toBe(0);
  expect(runsPerMonth({ schedule: at3 })).toBeCloseTo(365 / 12, 1);
  expect(runsPerMonth({ schedule: { ...at3, weekDays: ['sun'] } })).toBeCloseTo(52 / 12, 1);
  const incremental = { query: {}, schedule: at3 } as unknown as NonNullable<
    Parameters<typeof runsPerMonth>[0]['incremental']
  >;
  expect(runsPerMonth({ schedule: { ...at3, weekDays: ['sun'] }, incremental })).toBeCloseTo(417 / 12, 0);
});

test('a month has its runs, and the tables of the runs that are kept', () => {
  const month = monthOf(run, settings);
  expect(month.loads).toBeCloseTo(10, 9);
  expect(month.tables).toBeCloseTo(4 * 10 * 0.023, 9);
  expect(month.network).toBe(0);
  expect(month.total).toBeCloseTo(month.loads + month.tables + month.raw, 9);
});

test('what a private source sends goes through the NAT gateway', () => {
  expect(monthOf(run, { ...settings, isPrivate: true }).network).toBeCloseTo(10 * 500 * 0.045, 9);
});

test('page bodies are kept of as many months of runs as they are kept', () => {
  expect(monthOf(run, settings).raw).toBeCloseTo(10 * 100 * 0.023 * 12, 6);
  const shorter = { ...settings, keeping: { ...keeping, rawDays: 36.5 } };
  expect(monthOf(run, shorter).raw).toBeCloseTo(10 * 100 * 0.023 * 1.2, 6);
});

test('where they are tiered they get cheaper with age, unless objects are too small', () => {
  const tiered = { ...settings, keeping: { rawDays: 365, tiered: true } };
  const perRun = (30 * 0.023 + 60 * 0.0125 + 275 * 0.004) * 100 * (12 / 365);
  const watched = 100 * (0.00001 + 12 * 0.0000025);
  expect(monthOf(run, tiered).raw).toBeCloseTo(10 * (perRun + watched), 6);
  const tiny = { ...run, stored: { ...stored, rawObjects: stored.rawBytes / (smallestTieredBytes - 1) } };
  expect(monthOf(tiny, tiered).raw).toBeCloseTo(monthOf(tiny, settings).raw, 9);
});

test('of a dataset that is not loaded by itself, one run is kept', () => {
  expect(monthOf(run, { ...settings, runs: 0 })).toMatchObject({
    loads: 0,
    tables: expect.closeTo(10 * 0.023, 9),
    raw: expect.closeTo(100 * 0.023, 9),
  });
});
