import { type DashboardRow, graph, type Shown } from './row';
import { eachDataset } from './searches';

/** How old what readers see is, dataset by dataset. */
export function freshnessRow({ environment: { name: environment } }: Shown): DashboardRow {
  return {
    question: 'Is the data fresh?',
    hint: 'Hours since the time up to which a published table is complete, and hours past the deadline of a scheduled load: 0 is in time.',
    widgets: [
      graph(12, 'Hours since the baseline, by dataset', {
        left: [eachDataset({ environment, metric: 'HoursSinceBaseline', statistic: 'Maximum' })],
      }),
      graph(12, 'Hours late, by dataset', {
        left: [eachDataset({ environment, metric: 'HoursLate', statistic: 'Maximum' })],
      }),
    ],
  };
}
