import { hoursLateAllowed } from '../alarms/thresholds';
import { filled, never, titled } from './lines';
import { alarmAt, type DashboardRow, graph, type Shown } from './row';
import { datasetCount, eachDataset } from './searches';

/** How old, how late and how whole what readers see is, dataset by dataset. */
export function freshnessRow(shown: Shown): DashboardRow {
  const count = datasetCount(shown);
  return {
    question: 'Is the data fresh?',
    hint: 'A table is as old as the time up to which it is complete; it falls when a run is published. Late is past the deadline of a scheduled load.',
    alarms: ['late', 'quarantine'],
    widgets: [
      graph(8, titled('Age of tables, hours', count), {
        left: eachDataset(shown, 'HoursSinceBaseline', 'Maximum'),
      }),
      graph(8, titled('Hours late', count, '0 is good'), {
        left: eachDataset(shown, 'HoursLate', 'Maximum'),
        leftAnnotations: [alarmAt(hoursLateAllowed, 'late')],
      }),
      graph(8, titled('Share in quarantine', count, '0 is good'), {
        left: [...eachDataset(shown, 'QuarantinedRatio', 'Maximum', filled), never()],
      }),
    ],
  };
}
