import { functionNames, metricNamespace, queueNames, reconcileName } from '../../../lambda/environment';
import { alarmsIn } from '../../support/alarms/alarm-definitions';
import { alarmHistory } from '../../support/alarms/alarm-history';
import { alarmsRaised } from '../../support/alarms/alarm-states';
import { type MetricSample, Samples } from '../../support/alarms/metric-samples';
import { synthesizeMonitoring } from '../../support/alarms/synthesize-monitoring';
import tides from '../fixtures/sources/tides';
import { each, hour, lambda, minute, queue } from './made-up';

/** When tides/levels is due. */
const due = Date.parse('2026-03-01T00:05:00Z');
const { worker, fanOut } = functionNames('prod', 'tides');
const queues = queueNames('prod', 'tides');
const alarms = alarmsIn(synthesizeMonitoring('prod', [tides]));

const ofDataset = (metric: string, value: number, at: number): MetricSample => ({
  namespace: metricNamespace('prod'),
  metric,
  dimensions: { source: 'tides', dataset: 'levels' },
  value,
  at,
});

const from = due - 2 * hour;
const to = due + 10 * hour;

/** Reconcile, each minute, until it is stopped; `late` says from when the dataset is. */
function reconciled(late: number, until = to): MetricSample[] {
  const name = reconcileName('prod');
  const states: MetricSample[] = [];
  for (let at = from; at <= until; at += minute) {
    states.push(ofDataset('HoursLate', Math.max(0, (at - late) / hour), at));
  }
  return [
    ...states,
    ...each(lambda(name, 'Invocations'), from, until, () => 1),
    ...each(lambda(name, 'Errors'), from, until, () => 0),
  ];
}

/** Workers of a load of an hour: ten invocations a minute of ten seconds, of which some fail. */
function loading({ failing = 0, seconds = 10, throttled = 0, until = due + hour } = {}): MetricSample[] {
  return [
    ...each(lambda(worker, 'Invocations'), due, until, () => 10),
    ...each(lambda(worker, 'Errors'), due, until, () => failing),
    ...each(lambda(worker, 'Duration'), due, until, () => 1000 * seconds),
    ...each(lambda(worker, 'Throttles'), due, until, () => throttled),
    ...each(queue(queues.pages, 'ApproximateAgeOfOldestMessage'), due, until, (at) => (at - due) / 1000),
    ...each(queue(queues.dead, 'ApproximateNumberOfMessagesVisible'), from, to, () => 0),
  ];
}

const never = Number.POSITIVE_INFINITY;
/** More in quarantine than the dataset allows as it was deployed since: the run was held against its own plan. */
const published = [ofDataset('RunPublished', 1, due + hour), ofDataset('QuarantinedRatio', 0.2, due + hour)];
const dead = each(queue(queues.dead, 'ApproximateNumberOfMessagesVisible'), due + 10 * minute, to, () => 3);
const refused = (metric: string, ratio = 0) => [
  ofDataset('RunFailed', 1, due + hour),
  ofDataset('QuarantinedRatio', ratio, due + hour),
  ofDataset(metric, 1, due + hour),
];
const deadline = due + 10 * minute + 6 * hour;

/** Alarms that are raised at any time before the deadline, without those that gather others. */
function raised(samples: readonly MetricSample[], until = deadline): string[] {
  const { changes } = alarmHistory(alarms, new Samples(samples), from + hour, until);
  const metric = new Set(alarms.metric.map(({ name }) => name));
  const names = changes.filter(({ name, state }) => metric.has(name) && state === 'ALARM');
  return [...new Set(names.map(({ name }) => name.replace('baseload-prod-', '')))];
}

test.each<[string, MetricSample[], string[]]>([
  ['a load that goes well', [...reconciled(never), ...loading(), ...published], []],
  [
    'a chain whose ranges take their minute, and time to write',
    [...reconciled(never), ...loading({ seconds: 150 }), ...published],
    [],
  ],
  [
    'one crash in a quiet hour',
    [
      ...reconciled(never),
      ...each(lambda(worker, 'Invocations'), due, due, () => 2),
      ...each(lambda(worker, 'Errors'), due, due, () => 1),
    ],
    [],
  ],
  [
    'page ranges that fail for good',
    [...reconciled(deadline), ...loading(), ...dead],
    ['tides-dead-letters'],
  ],
  ['workers that crash', [...reconciled(never), ...loading({ failing: 3 })], ['tides-worker-errors']],
  [
    'workers that run out of time',
    [...reconciled(never), ...loading({ failing: 1, seconds: 300 })],
    ['tides-worker-errors'],
  ],
  [
    'workers that nearly run out of time',
    [...reconciled(never), ...loading({ seconds: 260 })],
    ['tides-worker-duration'],
  ],
  [
    'workers that may not start',
    [...reconciled(never), ...loading({ throttled: 2 })],
    ['tides-worker-throttles'],
  ],
  [
    'a plan that fails, three times, after 15 minutes each',
    [
      ...reconciled(deadline),
      ...[0, 16, 33].flatMap((after) => {
        const at = due + after * minute;
        const told = at + 15 * minute;
        return each(lambda(fanOut, 'Errors'), at, at, () => 1).map((sample) => ({ ...sample, toldAt: told }));
      }),
      ...each(lambda(fanOut, 'AsyncEventsDropped'), due + 48 * minute, due + 48 * minute, () => 1),
    ],
    ['tides-fan-out-errors'],
  ],
  [
    'a plan that fails, and that the next attempt makes good',
    [...reconciled(never), ...each(lambda(fanOut, 'Errors'), due, due, () => 1), ...loading(), ...published],
    [],
  ],
  [
    'a start that could not be delivered',
    [
      ...reconciled(deadline),
      ...each(queue(queues.missed, 'ApproximateNumberOfMessagesVisible'), due + hour, to, () => 1),
    ],
    ['tides-missed-schedules'],
  ],
  [
    'too much in quarantine',
    [...reconciled(deadline), ...loading(), ...refused('RunQuarantined', 0.2)],
    ['tides-levels-quarantine'],
  ],
  [
    'a source that never stands still',
    [...reconciled(deadline), ...loading(), ...refused('RunDrifted')],
    ['tides-levels-drift'],
  ],
  [
    'a run that is short',
    [...reconciled(deadline), ...loading(), ...refused('RunIncomplete')],
    ['tides-levels-incomplete'],
  ],
])('%s', (_, samples, expected) => {
  expect(raised(samples)).toEqual(expected);
});

test('what nothing else tells, the deadline does, half an hour later', () => {
  const samples = new Samples(reconciled(deadline));
  expect(alarmsRaised(alarms, samples, deadline + 20 * minute)).toEqual([]);
  expect(alarmsRaised(alarms, samples, deadline + 31 * minute)).toEqual(['baseload-prod-tides-levels-late']);
});

test('a queue that nobody works off is told at its deadline', () => {
  const samples = [
    ...reconciled(never),
    ...each(queue(queues.pages, 'ApproximateAgeOfOldestMessage'), due, to, (at) => (at - due) / 1000),
  ];
  expect(raised(samples, due + 6 * hour)).toEqual([]);
  expect(raised(samples, due + 6 * hour + 2 * minute)).toEqual(['tides-queue-age']);
});

/** Passes that cannot do a run's next step, from ten minutes after it was due. */
const stuck = (minutes: number) =>
  Array.from({ length: minutes }, (_, i) => ofDataset('RunStuck', 1, due + (10 + i) * minute));

test('a run that is stuck pages for its source, and mutes nobody', () => {
  const samples = [...reconciled(never), ...stuck(60)];
  expect(raised(samples)).toEqual(['tides-levels-stuck']);
  expect(pages(samples, due + 10 * minute)).toEqual(['40 tides ALARM', '79 tides OK']);
});

test('a few passes that failed, and were made good, are no alarm', () => {
  expect(raised([...reconciled(never), ...stuck(6)])).toEqual([]);
});

/** What somebody is told, with the minutes since `since`. */
function pages(samples: readonly MetricSample[], since: number): string[] {
  return alarmHistory(alarms, new Samples(samples), from + hour, to).pages.map(
    ({ name, state, at }) =>
      `${Math.round((at - since) / minute)} ${name.replace('baseload-prod-', '')} ${state}`,
  );
}

test('a reconcile that has stopped is one page, though all its datasets become late', () => {
  const stopped = due + 2 * hour;
  const samples = reconciled(never, stopped);
  expect(raised(samples)).toEqual(['reconcile-stopped', 'tides-levels-late']);
  expect(pages(samples, stopped)).toEqual(['20 pipeline ALARM']);
});

test('a reconcile that fails each time is one page, though all its datasets become late', () => {
  const broken = due + 2 * hour;
  const samples = [
    ...reconciled(never).filter(({ metric, at }) => at <= broken || metric === 'Invocations'),
    ...each(lambda(reconcileName('prod'), 'Errors'), broken + minute, to, () => 1),
  ];
  expect(raised(samples)).toEqual(['reconcile-errors', 'tides-levels-late']);
  expect(pages(samples, broken)).toEqual(['13 pipeline ALARM']);
});

test('a reconcile that verifies for 15 minutes is no alarm', () => {
  const name = reconcileName('prod');
  const busy = { from: due + hour, to: due + hour + 15 * minute };
  const samples = reconciled(never).map((sample) =>
    sample.at < busy.from || sample.at > busy.to
      ? sample
      : { ...sample, toldAt: sample.dimensions.FunctionName === name ? sample.at + 15 * minute : busy.to },
  );
  expect(raised(samples)).toEqual([]);
});

test('dead letters are one page, half an hour later, and one when they are gone', () => {
  const from = due + 10 * minute;
  const some = each(queue(queues.dead, 'ApproximateNumberOfMessagesVisible'), from, from + hour, () => 3);
  expect(pages([...reconciled(never), ...some], from)).toEqual(['30 tides ALARM', '61 tides OK']);
});
