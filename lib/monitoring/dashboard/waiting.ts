import { Duration } from 'aws-cdk-lib';
import { Color, type GraphWidget, type MathExpression, type Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { schedulesOf } from '../../../core/source/schedules-of';
import { functionNames, queueNames } from '../../../lambda/environment';
import { longestWait } from '../alarms/thresholds';
import { ofFunction, ofQueue } from '../metrics';
import { colorOf, expression, filled, type Line, linesOf, never, numbered, titled } from './lines';
import { alarmAt, graph, type Shown } from './row';
import { ofAllDatasets } from './searches';

/** Loads that were due and that nothing starts any more: the planning failed each time, or could not be asked for. */
export function loadsNotStarted({ environment: { name: environment }, sources }: Shown): GraphWidget {
  const failed = sources.map(({ source: { name } }) =>
    ofFunction(functionNames(environment, name).fanOut, 'AsyncEventsDropped', 'Sum'),
  );
  const missed = sources
    .filter(({ source }) => source.datasets.some((dataset) => schedulesOf(dataset).length > 0))
    .map(({ source: { name } }) =>
      ofQueue(queueNames(environment, name).missed, 'ApproximateNumberOfMessagesVisible', 'Maximum'),
    );
  return graph(8, 'Loads not started: 0 is good', {
    left: [
      inAll('failed', failed, { label: 'planning failed', color: Color.RED }),
      ...(missed.length > 0 ? [inAll('missed', missed, { label: 'missed', color: Color.ORANGE })] : []),
      never(),
    ],
  });
}

function inAll(
  id: string,
  metrics: readonly Metric[],
  line: { label: string; color: string },
): MathExpression {
  return expression(filled(`SUM(METRICS("${id}"))`), { usingMetrics: numbered(id, metrics), ...line });
}

/** Page ranges that workers have written. */
export function loadedRanges({ environment: { name: environment }, sources }: Shown): GraphWidget {
  const lines = sources.map(({ source: { name } }, index) =>
    ofAllDatasets(
      { environment, metric: 'RangesLoaded', statistic: 'Sum', source: name },
      { label: name, color: colorOf(index) },
    ),
  );
  return graph(8, 'Page ranges loaded', { left: [never(), ...lines], stacked: true });
}

/** Page ranges that no worker has yet taken. */
export function waitingRanges({ environment: { name: environment }, sources }: Shown): GraphWidget {
  const lines = sources.map(
    ({ source: { name } }, index): Line => ({
      metric: ofQueue(queueNames(environment, name).pages, 'ApproximateNumberOfMessagesVisible', 'Maximum'),
      label: name,
      color: colorOf(index),
    }),
  );
  return graph(8, titled('Page ranges waiting', lines.length), {
    left: linesOf('waiting', lines, filled),
  });
}

/** How long the oldest page range has waited, of as long as it may: deadlines differ, and one alarm's line shows all. */
export function longestWaits({ environment: { name: environment }, sources }: Shown): GraphWidget {
  return graph(8, 'Longest wait, % of what is allowed', {
    left: sources.map(({ source }, index) => {
      const allowed = longestWait(source);
      return expression(`100 * ${filled(`age${index}`)} / ${allowed.toSeconds()}`, {
        usingMetrics: {
          [`age${index}`]: ofQueue(
            queueNames(environment, source.name).pages,
            'ApproximateAgeOfOldestMessage',
            'Maximum',
          ),
        },
        label: `${source.name}, of ${inHours(allowed)} h`,
        color: colorOf(index),
      });
    }),
    leftAnnotations: [alarmAt(100, 'queue-age')],
  });
}

function inHours(duration: Duration): string {
  return String(Number((duration.toSeconds() / Duration.hours(1).toSeconds()).toFixed(2)));
}
