import { functionNames, metricNamespace, queueNames, reconcileName } from '../../../lambda/environment';
import { alarmsIn } from '../../support/alarms/alarm-definitions';
import { alarmHistory } from '../../support/alarms/alarm-history';
import { type MetricSample, Samples } from '../../support/alarms/metric-samples';
import { synthesizeMonitoring } from '../../support/alarms/synthesize-monitoring';
import { each, hour, lambda, minute, queue } from './made-up';
import { manySources } from './many-sources';

const sources = manySources(3, 2).map((source) => ({
  ...source,
  datasets: source.datasets.map((dataset) => ({ ...dataset, deadlineHours: 24 })),
}));
const alarms = alarmsIn(synthesizeMonitoring('prod', sources));
const reconcile = reconcileName('prod');

/** The fault begins at 0, in a load of all three sources that began two hours before; it is mended three hours later. */
const [from, mended, to] = [-2 * hour, 3 * hour, 8 * hour];
const during = (name: string, metric: string, value = 1) =>
  each(lambda(name, metric), minute, mended, () => value);
const ofEach = (samples: (source: string) => MetricSample[]) => sources.flatMap(({ name }) => samples(name));

/** Reconcile, but for the time of the fault, and what it says each minute. */
function reconciled(): MetricSample[] {
  const well = [from, 0, mended + minute, to] as const;
  const twice = (what: Parameters<typeof each>[0], value: number) => [
    ...each(what, well[0], well[1], () => value),
    ...each(what, well[2], well[3], () => value),
  ];
  const late = sources.flatMap(({ name, datasets }) =>
    datasets.flatMap((dataset) =>
      twice([metricNamespace('prod'), 'HoursLate', 'dataset', dataset.name], 0).map((sample) => ({
        ...sample,
        dimensions: { source: name, dataset: dataset.name },
      })),
    ),
  );
  return [...late, ...twice(lambda(reconcile, 'Invocations'), 1), ...twice(lambda(reconcile, 'Errors'), 0)];
}

/** Dead letters of each source, some minutes after the fault. */
const deadLetters = (until: number) =>
  ofEach((source) =>
    each(
      queue(queueNames('prod', source).dead, 'ApproximateNumberOfMessagesVisible'),
      3 * minute,
      until,
      () => 3,
    ),
  );

/** What somebody is told, with the minutes since the fault. */
function pages(...samples: MetricSample[][]): string[] {
  return alarmHistory(alarms, new Samples(samples.flat()), from + hour, to).pages.map(
    ({ name, state, at }) => `${at / minute} ${name.replace('baseload-prod-', '')} ${state}`,
  );
}

const throttled = ofEach((source) => during(functionNames('prod', source).worker, 'Throttles', 5));

test("the account's concurrency is used up, for workers and reconcile: one page of each, and none of a source", () => {
  expect(pages(reconciled(), throttled)).toEqual([
    '6 capacity ALARM',
    '20 pipeline ALARM',
    '181 pipeline OK',
    '205 capacity OK',
  ]);
});

test('throttling that nobody has mended keeps no failing reconcile quiet, and no source tells of either', () => {
  const broken = 2 * hour;
  const well = (at: number) => at < broken;
  const ofReconcile = [
    ...during(reconcile, 'Invocations'),
    ...during(reconcile, 'Errors').map((sample) => ({ ...sample, value: well(sample.at) ? 0 : 1 })),
  ];
  const late = sources.flatMap(({ name, datasets }) =>
    datasets.flatMap((dataset) =>
      each([metricNamespace('prod'), 'HoursLate', '', ''], minute, broken, () => 0).map((sample) => ({
        ...sample,
        dimensions: { source: name, dataset: dataset.name },
      })),
    ),
  );
  expect(pages(reconciled(), ofReconcile, late, throttled)).toEqual([
    '6 capacity ALARM',
    '132 pipeline ALARM',
    '198 pipeline OK',
    '205 capacity OK',
  ]);
});

describe('three sources, one page:', () => {
  test("the account's concurrency is used up, and reconcile has its share", () => {
    const well = [
      ...during(reconcile, 'Invocations'),
      ...during(reconcile, 'Errors', 0),
      ...sources.flatMap(({ name, datasets }) =>
        datasets.flatMap((dataset) =>
          each([metricNamespace('prod'), 'HoursLate', '', ''], minute, mended, () => 0).map((sample) => ({
            ...sample,
            dimensions: { source: name, dataset: dataset.name },
          })),
        ),
      ),
    ];
    expect(pages(reconciled(), well, throttled)).toEqual(['6 capacity ALARM', '205 capacity OK']);
  });

  test("the bucket's policy denies everybody, and dead letters are redriven when it does not any more", () => {
    const failing = [...during(reconcile, 'Invocations'), ...during(reconcile, 'Errors')];
    expect(pages(reconciled(), failing, deadLetters(mended + 50 * minute))).toEqual([
      '13 pipeline ALARM',
      '198 pipeline OK',
    ]);
  });

  test('all functions crash at their start, until the version before is deployed', () => {
    const crashing = ofEach((source) => {
      const { worker, fanOut } = functionNames('prod', source);
      return [
        ...during(worker, 'Invocations', 10),
        ...during(worker, 'Errors', 10),
        ...each(lambda(fanOut, 'AsyncEventsDropped'), 5 * minute, 5 * minute, () => 1),
      ];
    });
    const failing = [...during(reconcile, 'Invocations'), ...during(reconcile, 'Errors')];
    expect(pages(reconciled(), failing, crashing)).toEqual(['13 pipeline ALARM', '198 pipeline OK']);
  });

  test('each reconcile takes 15 minutes to fail, and dead letters come at once', () => {
    const failing = [...during(reconcile, 'Invocations'), ...during(reconcile, 'Errors')].map((sample) => ({
      ...sample,
      toldAt: sample.at + 15 * minute,
    }));
    const told = pages(reconciled(), failing, deadLetters(mended + 50 * minute));
    expect(told.map((page) => page.replace(/^\d+ /, ''))).toEqual(['pipeline ALARM', 'pipeline OK']);
    expect(told[0]).toBe('28 pipeline ALARM');
  });
});

test('what the fault has left behind is told of each source, when nobody has seen to it', () => {
  const failing = [...during(reconcile, 'Invocations'), ...during(reconcile, 'Errors')];
  const told = pages(reconciled(), failing, deadLetters(to));
  expect(told).toEqual([
    '13 pipeline ALARM',
    '198 pipeline OK',
    ...sources.map(({ name }) => `268 ${name} ALARM`),
  ]);
});

test('a run that is refused as soon as reconcile is back is told', () => {
  const failing = [...during(reconcile, 'Invocations'), ...during(reconcile, 'Errors')];
  const refused = {
    namespace: metricNamespace('prod'),
    metric: 'RunQuarantined',
    dimensions: { source: 'source-2', dataset: 'dataset-1' },
    value: 1,
    at: mended + minute,
  };
  expect(pages(reconciled(), failing, [refused])).toEqual([
    '13 pipeline ALARM',
    '198 pipeline OK',
    '268 source-2 ALARM',
    '286 source-2 OK',
  ]);
});
