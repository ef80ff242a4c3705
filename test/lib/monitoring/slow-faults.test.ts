import { functionNames, metricNamespace, queueNames, reconcileName } from '../../../lambda/environment';
import { alarmsIn } from '../../support/alarms/alarm-definitions';
import { alarmHistory } from '../../support/alarms/alarm-history';
import { type MetricSample, Samples } from '../../support/alarms/metric-samples';
import { synthesizeMonitoring } from '../../support/alarms/synthesize-monitoring';
import tides from '../fixtures/sources/tides';
import { each, hour, lambda, minute, queue } from './made-up';

/** One whose only dataset is loaded by hand, so that nothing is ever late. */
const byHand = {
  ...tides,
  datasets: tides.datasets.map(({ schedule, incremental, ...dataset }) => dataset),
};
const alarms = alarmsIn(synthesizeMonitoring('prod', [byHand]));
const { worker } = functionNames('prod', 'tides');
const queues = queueNames('prod', 'tides');

/** What somebody is told from the start of a load, at 0, with the minutes since. */
function pages(samples: readonly MetricSample[], to: number): string[] {
  const well = (['Invocations', 'Errors'] as const).flatMap((metric) =>
    each(lambda(reconcileName('prod'), metric), -hour, to, () => (metric === 'Errors' ? 0 : 1)),
  );
  return alarmHistory(alarms, new Samples([...well, ...samples]), 0, to).pages.map(
    ({ name, state, at }) => `${at / minute} ${name.replace('baseload-prod-', '')} ${state}`,
  );
}

/** Deliveries of page ranges that crash their worker. */
const deliveries = 5;
/** Minutes after which SQS delivers a message again whose worker was gone: six times the worker's five. */
const redelivered = 30;

test.each([1, 4, 8, 11, 15])(
  'page ranges that crash their worker at every delivery, in bursts of %d minutes, are one page',
  (minutes) => {
    for (let shift = 0; shift < 5; shift += 1) {
      const bursts = Array.from({ length: deliveries }, (_, delivery) => {
        const from = (shift + delivery * redelivered) * minute;
        const until = from + minutes * minute;
        return [
          ...each(lambda(worker, 'Invocations'), from, until, () => 4),
          ...each(lambda(worker, 'Errors'), from, until, () => 4),
        ];
      });
      const dead = (shift + deliveries * redelivered) * minute;
      const letters = each(
        queue(queues.dead, 'ApproximateNumberOfMessagesVisible'),
        dead,
        dead + 60 * minute,
        () => 12,
      );
      const told = pages([...bursts.flat(), ...letters], dead + 3 * hour);
      expect(told.map((page) => page.replace(/^\d+ /, ''))).toEqual(['tides ALARM', 'tides OK']);
      // With the second delivery the alarm is raised, half an hour after the first, and a page waits as long again.
      expect(Number.parseInt(told[0] ?? '', 10) - shift).toBeLessThanOrEqual(60);
    }
  },
);

test('a page range that the source keeps waiting is a new message each time, and is told when its run is given up', () => {
  const day = 24 * hour;
  const parked = each(
    queue(queues.pages, 'ApproximateAgeOfOldestMessage'),
    0,
    day,
    (at) => (at % (15 * minute)) / 1000,
  );
  const givenUp = {
    namespace: metricNamespace('prod'),
    metric: 'RunIncomplete',
    dimensions: { source: 'tides', dataset: 'levels' },
    value: 1,
    at: day,
  };
  expect(pages(parked, day - minute)).toEqual([]);
  expect(pages([...parked, givenUp], day + 2 * hour)).toEqual(['1470 tides ALARM', '1545 tides OK']);
});
