import { Color } from 'aws-cdk-lib/aws-cloudwatch';
import { queueNames } from '../../../lambda/environment';
import { deadLettersFrom } from '../alarms/thresholds';
import { ofQueue, usualPeriod } from '../metrics';
import { colorOf, expression, filled, type Line, linesOf, never, titled } from './lines';
import { alarmAt, type DashboardRow, graph, type Shown } from './row';
import { datasetCount, eachDataset, sumOf } from './searches';

/** What sources answer, and whether they are asked as much as they allow. */
export function sourceRow(shown: Shown): DashboardRow {
  const { environment, sources } = shown;
  const count = datasetCount(shown);
  const dead = sources.map(
    ({ source: { name } }, index): Line => ({
      metric: ofQueue(
        queueNames(environment.name, name).dead,
        'ApproximateNumberOfMessagesVisible',
        'Maximum',
      ),
      label: name,
      color: colorOf(index),
    }),
  );
  return {
    question: 'Is the source healthy?',
    hint: 'While a run is loading, requests come close to the limit, never above. Throttled and retried ones cost time, dead letters completeness.',
    alarms: ['dead-letters', 'queue-age'],
    widgets: [
      graph(12, "Requests, % of the source's limit", {
        left: sources.map(({ source: { name, limits } }, index) => {
          const requests = sumOf({
            environment: environment.name,
            metric: 'Requests',
            statistic: 'Sum',
            source: name,
          });
          return expression(
            `100 * ${filled(requests)} / ${usualPeriod.toSeconds() * limits.requestsPerSecond}`,
            {
              label: `${name}, of ${limits.requestsPerSecond}/s`,
              color: colorOf(index),
            },
          );
        }),
        leftAnnotations: [{ value: 100, label: 'limit', color: Color.GREY }],
        period: usualPeriod,
      }),
      graph(12, titled('Dead letters', dead.length, '0 is good'), {
        left: [...linesOf('dead', dead, filled), never()],
        leftAnnotations: [alarmAt(deadLettersFrom, 'dead-letters')],
      }),
      graph(8, titled('Requests throttled', count, '0 is good'), {
        left: [...eachDataset(shown, 'Throttled', 'Sum', filled), never()],
      }),
      graph(8, titled('Retries', count, '0 is good'), {
        left: [...eachDataset(shown, 'Retries', 'Sum', filled), never()],
      }),
      graph(8, titled('Ranges parked', count, '0 is good'), {
        left: [...eachDataset(shown, 'RangesParked', 'Sum', filled), never()],
      }),
    ],
  };
}
