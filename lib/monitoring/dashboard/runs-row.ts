import { Duration } from 'aws-cdk-lib';
import { Color, type GraphWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { never } from './lines';
import { type DashboardRow, graph, type Shown } from './row';
import { ofAllDatasets } from './searches';
import { loadedRanges, loadsNotStarted, longestWaits, waitingRanges } from './waiting';

/** How far runs come, and what became of them. */
export function runsRow(shown: Shown): DashboardRow {
  return {
    question: 'Are runs moving?',
    hint: 'While page ranges wait, some are loaded. Ranges that wait while none is loaded, and runs that are held up, need somebody.',
    alarms: ['queue-age', 'stuck', 'drift', 'incomplete', 'fan-out-errors', 'missed-schedules'],
    widgets: [
      endings(shown),
      heldUp(shown),
      loadsNotStarted(shown),
      loadedRanges(shown),
      waitingRanges(shown),
      longestWaits(shown),
    ],
  };
}

/** What became of runs. */
function endings({ environment: { name: environment } }: Shown): GraphWidget {
  const period = Duration.hours(1);
  const count = (metric: 'RunPublished' | 'RunFailed' | 'RunSkipped', label: string, color: string) =>
    ofAllDatasets({ environment, metric, statistic: 'Sum' }, { label, color, period });
  return graph(8, 'Runs, by the hour', {
    left: [
      count('RunPublished', 'published', Color.GREEN),
      count('RunFailed', 'ended unpublished', Color.RED),
      count('RunSkipped', 'skipped: one was under way', Color.GREY),
      never(),
    ],
    period,
  });
}

/** Each look at a run that is blocked or stuck counts one: the highest of five minutes is 1 for each such run. */
function heldUp({ environment: { name: environment } }: Shown): GraphWidget {
  const count = (metric: 'RunBlocked' | 'RunStuck', label: string, color: string) =>
    ofAllDatasets({ environment, metric, statistic: 'Maximum' }, { label, color });
  return graph(8, 'Runs held up: 0 is good', {
    left: [
      count('RunBlocked', 'blocked: page ranges failed', Color.ORANGE),
      count('RunStuck', 'stuck: the next step fails', Color.RED),
      never(),
    ],
  });
}
