import fc from 'fast-check';
import { metricsOfRun } from '../../../core/forecast/run-usage';
import { type Standing, standingItems } from '../../../core/forecast/standing';

const nothing: Standing = {
  ...{ datasets: 0, scheduled: 0, reconcilesPerHour: 0, polledQueues: 0, secrets: 0, alarmMetrics: 0 },
  ...{ compositeAlarms: 0, dashboards: 0, natGateways: 0, publicAddresses: 0, endpointZones: 0, logDays: 0 },
};
const some = fc.nat(500);
const anyStanding: fc.Arbitrary<Standing> = fc.record({
  ...{ datasets: some, scheduled: some, reconcilesPerHour: some, polledQueues: some, secrets: some },
  ...{ alarmMetrics: some, compositeAlarms: some, dashboards: some, natGateways: some },
  ...{ publicAddresses: some, endpointZones: some, logDays: some },
});
const total = (standing: Standing) => standingItems(standing).reduce((sum, { dollars }) => sum + dollars, 0);

test('where nothing stands, nothing is paid', () => {
  expect(standingItems(nothing)).toEqual([]);
});

test.each<[keyof Standing, number, number]>([
  ['dashboards', 1, 3],
  ['alarmMetrics', 16, 1.6],
  ['compositeAlarms', 2, 1],
  ['secrets', 1, 0.4],
  ['natGateways', 1, 32.85],
  ['publicAddresses', 1, 3.65],
  ['endpointZones', 4, 29.2],
  ['scheduled', 10, 3],
  // 15 polls a minute of 43,800 minutes.
  ['polledQueues', 1, 0.2628],
])('%s: %d cost %d dollars a month', (what, many, dollars) => {
  expect(total({ ...nothing, [what]: many })).toBeCloseTo(dollars, 9);
});

test('reconcile is paid for its calls, the pointers that it reads and what it writes of them', () => {
  const names = (standing: Standing) => standingItems(standing).map(({ name }) => name);
  const idle = { ...nothing, reconcilesPerHour: 60, datasets: 1, logDays: 90 };
  expect(names(idle).sort()).toEqual(
    ['metrics of freshness', 'reconcile', 'what reconcile logs', 'what reconcile reads'].sort(),
  );
  const reads = standingItems(idle).find(({ name }) => name === 'what reconcile reads');
  // 43,800 LISTs at $5 and as many GETs at $0.40 for each million.
  expect(reads?.dollars).toBeCloseTo(0.0438 * 5 + 0.0438 * 0.4, 9);
});

test('more never costs less, and the dearest comes first', () => {
  fc.assert(
    fc.property(
      anyStanding,
      fc.constantFrom(...(Object.keys(nothing) as (keyof Standing)[])),
      (standing, field) => {
        const grown = { ...standing, [field]: standing[field] + 1 };
        expect(total(grown)).toBeGreaterThanOrEqual(total(standing));
        const dollars = standingItems(standing).map((item) => item.dollars);
        expect(dollars).toEqual([...dollars].sort((a, b) => b - a));
      },
    ),
  );
});

test('a run has no metric twice', () => {
  expect(new Set(metricsOfRun).size).toBe(metricsOfRun.length);
});
