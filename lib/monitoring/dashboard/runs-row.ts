import { Duration } from 'aws-cdk-lib';
import type { MetricName } from '../../../core/run/ports';
import { queueNames } from '../../../lambda/environment';
import { ofQueue } from '../metrics';
import { type DashboardRow, graph, type Shown } from './row';
import { eachDataset, ofAllDatasets } from './searches';

/** What became of runs, by the metric that counts it. */
const endings: readonly (readonly [metric: MetricName, label: string])[] = [
  ['RunPublished', 'published'],
  ['RunFailed', 'ended unpublished'],
  ['RunBlocked', 'blocked: looks of reconcile'],
  ['RunStuck', 'stuck: passes of reconcile'],
  ['RunSkipped', 'skipped: one was under way'],
];

/** How far runs come, and what became of them. */
export function runsRow({ environment: { name: environment }, sources }: Shown): DashboardRow {
  const hour = Duration.hours(1);
  return {
    question: 'Are runs moving?',
    hint: 'Page ranges arrive while a queue holds messages. A queue that is full while none arrive: see queue-age in docs/runbook.md.',
    widgets: [
      graph(12, 'Runs, by the hour', {
        left: endings.map(([metric, label]) =>
          ofAllDatasets({ environment, metric, statistic: 'Sum', period: hour }, label),
        ),
      }),
      graph(12, 'Share in quarantine (0 to 1), by dataset', {
        left: [eachDataset({ environment, metric: 'QuarantinedRatio', statistic: 'Maximum' })],
      }),
      graph(12, 'Page ranges loaded, by dataset', {
        left: [eachDataset({ environment, metric: 'RangesLoaded', statistic: 'Sum' })],
        stacked: true,
      }),
      graph(12, 'Page ranges waiting and being loaded, by source', {
        left: sources.flatMap(({ source: { name } }) => {
          const { pages } = queueNames(environment, name);
          return [
            ofQueue(pages, 'ApproximateNumberOfMessagesVisible', 'Maximum').with({
              label: `${name}, waiting`,
            }),
            ofQueue(pages, 'ApproximateNumberOfMessagesNotVisible', 'Maximum').with({
              label: `${name}, being loaded`,
            }),
          ];
        }),
      }),
    ],
  };
}
