import { expectedDatasetsSchema } from '../../../core/run/freshness/expected-dataset';
import { expectedDatasets } from '../../../lib/reconcile/expected-datasets';
import { usualEnvironments } from '../../../lib/usual-environments';
import { fixtureSources } from '../fixtures/synthesize';

const sources = fixtureSources.map(({ source }) => source);
const usual = { windowMinutes: 10, deadlineHours: 6 };
const ships = [
  { type: 'cron', hour: 3, minute: 30, timeZone: 'Europe/Berlin', weekDays: ['mon', 'thu'] },
  { type: 'cron', hour: 12, minute: 15, timeZone: 'UTC' },
];
const levels = [{ type: 'cron', hour: 0, minute: 5, timeZone: 'UTC' }];

test('every dataset is expected when it is scheduled, whole or what changed', () => {
  expect(expectedDatasets(usualEnvironments.prod, sources)).toEqual([
    { source: 'harbour', dataset: 'ships', schedules: ships, ...usual },
    { source: 'harbour', dataset: 'berths', schedules: [], ...usual },
    { source: 'tides', dataset: 'levels', schedules: levels, ...usual },
  ]);
});

test('none is expected at any time where schedules are off', () => {
  const times = expectedDatasets(usualEnvironments.dev, sources).map(({ schedules }) => schedules);
  expect(times).toEqual([[], [], []]);
});

test('one whose schedule is switched differently is expected accordingly', () => {
  const schedulesOf = (name: 'dev' | 'prod', scheduleSwitches: Record<string, boolean>) =>
    expectedDatasets({ ...usualEnvironments[name], scheduleSwitches }, sources).map(
      ({ schedules }) => schedules,
    );
  expect(schedulesOf('dev', { 'tides/levels': true })).toEqual([[], [], levels]);
  expect(schedulesOf('prod', { 'tides/levels': false })).toEqual([ships, [], []]);
});

test('the window and the deadline are those of environment and dataset', () => {
  const slow = sources.map((source) => ({
    ...source,
    datasets: source.datasets.map((dataset) => ({ ...dataset, deadlineHours: 1.5 })),
  }));
  for (const dataset of expectedDatasets(usualEnvironments.local, slow))
    expect(dataset).toMatchObject({ windowMinutes: 0, deadlineHours: 1.5 });
});

test('reconcile can read what the stack writes', () => {
  const datasets = expectedDatasets(usualEnvironments.prod, sources);
  expect(expectedDatasetsSchema.parse(JSON.parse(JSON.stringify(datasets)))).toEqual(datasets);
});
