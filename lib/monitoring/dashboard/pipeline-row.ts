import { Color, type HorizontalAnnotation } from 'aws-cdk-lib/aws-cloudwatch';
import { functionNames, reconcileName } from '../../../lambda/environment';
import { longWorkerShare } from '../alarms/thresholds';
import { type FunctionMetric, ofFunction } from '../metrics';
import { colorOf, expression, filled, inSeconds, type Line, linesOf, titled } from './lines';
import { alarmAt, type DashboardRow, graph, type Shown } from './row';

/** What Lambda says of the functions. */
export function pipelineRow(shown: Shown): DashboardRow {
  const { environment, sources } = shown;
  const reconcile = reconcileName(environment.name);
  const named = sources.map(({ source }) => ({ source, ...functionNames(environment.name, source.name) }));
  const each = (metric: FunctionMetric): Line[] => [
    ...named.flatMap(({ source: { name }, worker, fanOut }, index) => [
      { metric: ofFunction(worker, metric, 'Sum'), label: `${name} worker`, color: colorOf(index) },
      { metric: ofFunction(fanOut, metric, 'Sum'), label: `${name} fan-out`, color: colorOf(index, 'light') },
    ]),
    { metric: ofFunction(reconcile, metric, 'Sum'), label: 'reconcile', color: Color.GREY },
  ];
  const errors = each('Errors');
  const throttles = each('Throttles');
  const slowest = named.map(({ source: { name }, worker }, index) => ({
    metric: ofFunction(worker, 'Duration', 'p99'),
    label: name,
    color: colorOf(index),
  }));
  return {
    question: 'Is the pipeline healthy?',
    hint: 'Workers use their lanes while a run is loading, and stay well below their timeout. Reconcile runs five times in five minutes.',
    alarms: ['worker-errors', 'worker-throttles', 'worker-duration', 'reconcile-errors', 'reconcile-stopped'],
    widgets: [
      graph(8, titled('Errors', errors.length, '0 is good'), { left: linesOf('errors', errors) }),
      graph(8, titled('Throttles', throttles.length, '0 is good'), { left: linesOf('throttles', throttles) }),
      graph(8, titled('Slowest workers (p99), s', slowest.length), {
        left: linesOf('slowest', slowest, inSeconds),
        leftAnnotations: timeouts(shown),
      }),
      graph(12, 'Lanes in use, %', {
        left: named.map(({ source: { name, limits }, worker }, index) =>
          expression(`100 * ${filled(`lanes${index}`)} / ${limits.lanes}`, {
            usingMetrics: { [`lanes${index}`]: ofFunction(worker, 'ConcurrentExecutions', 'Maximum') },
            label: `${name}, of ${limits.lanes}`,
            color: colorOf(index),
          }),
        ),
        leftAnnotations: [{ value: 100, label: 'all lanes', color: Color.GREY }],
      }),
      graph(12, 'Reconcile, in five minutes', {
        left: [
          ofFunction(reconcile, 'Invocations', 'Sum').with({ label: 'invocations', color: Color.GREEN }),
          ofFunction(reconcile, 'Errors', 'Sum').with({ label: 'errors', color: Color.RED }),
        ],
        right: [
          expression('duration / 1000', {
            usingMetrics: { duration: ofFunction(reconcile, 'Duration', 'Maximum') },
            label: 'longest, s (right)',
            color: Color.BLUE,
          }),
        ],
        rightYAxis: { min: 0, showUnits: false },
      }),
    ],
  };
}

/** Where workers run out of time, and where an alarm begins. */
function timeouts({ sources }: Shown): HorizontalAnnotation[] {
  const seconds = new Set(sources.map(({ workerTimeout }) => workerTimeout.toSeconds()));
  return [...seconds].flatMap((timeout) => [
    { value: timeout, label: 'timeout', color: Color.GREY },
    alarmAt(longWorkerShare * timeout, 'worker-duration'),
  ]);
}
