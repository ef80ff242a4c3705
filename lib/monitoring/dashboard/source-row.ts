import { Duration } from 'aws-cdk-lib';
import { Color } from 'aws-cdk-lib/aws-cloudwatch';
import { queueNames } from '../../../lambda/environment';
import { ofQueue } from '../metrics';
import { type DashboardRow, graph, type Shown } from './row';
import { eachDataset, ofAllDatasets } from './searches';

/** What sources answer, and whether they are asked as much as they allow. */
export function sourceRow({ environment: { name: environment }, sources }: Shown): DashboardRow {
  const minute = Duration.minutes(1);
  return {
    question: 'Is the source healthy?',
    hint: 'While a run is loading, requests come close to the limit and never above it; of the last 15 days. Throttled and retried requests cost time, dead letters cost completeness.',
    widgets: [
      graph(8, 'Throttled requests, by dataset', {
        left: [eachDataset({ environment, metric: 'Throttled', statistic: 'Sum' })],
      }),
      graph(8, 'Retries, by dataset', {
        left: [eachDataset({ environment, metric: 'Retries', statistic: 'Sum' })],
      }),
      graph(8, 'Dead letters, by source', {
        left: sources.map(({ source: { name } }) =>
          ofQueue(queueNames(environment, name).dead, 'ApproximateNumberOfMessagesVisible', 'Maximum').with({
            label: name,
          }),
        ),
      }),
      ...sources.map(({ source: { name, limits } }) =>
        graph(8, `${name}: requests per second`, {
          left: [
            ofAllDatasets(
              { environment, metric: 'Requests', statistic: 'Sum', source: name, period: minute },
              'requests per second',
              // PERIOD() would follow the graph's period, but takes no expression.
              1 / minute.toSeconds(),
            ),
          ],
          leftAnnotations: [
            {
              value: limits.requestsPerSecond,
              label: `limit ${limits.requestsPerSecond}/s`,
              color: Color.RED,
            },
          ],
        }),
      ),
    ],
  };
}
