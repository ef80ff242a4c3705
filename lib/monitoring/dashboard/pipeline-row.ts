import { Color, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { functionNames, reconcileName } from '../../../lambda/environment';
import { longWorkerShare } from '../alarms/source-alarms';
import { type FunctionMetric, ofFunction, type Statistic, usualPeriod } from '../metrics';
import { type DashboardRow, graph, type Shown } from './row';

/** What Lambda says of the functions. */
export function pipelineRow({ environment: { name: environment }, sources }: Shown): DashboardRow {
  const reconcile = reconcileName(environment);
  const named = sources.map(({ source, workerTimeout }) => ({
    source,
    workerTimeout,
    ...functionNames(environment, source.name),
  }));
  const [timeout] = [...new Set(named.map(({ workerTimeout }) => workerTimeout.toMilliseconds()))];
  const each = (metric: FunctionMetric, statistic: Statistic) => [
    ...named.flatMap(({ source, worker, fanOut }) => [
      ofFunction(worker, metric, statistic).with({ label: `${source.name} worker` }),
      ofFunction(fanOut, metric, statistic).with({ label: `${source.name} fan-out` }),
    ]),
    ofFunction(reconcile, metric, statistic).with({ label: 'reconcile' }),
  ];
  return {
    question: 'Is the pipeline healthy?',
    hint: 'Errors and throttles are 0 as a rule. Workers use their lanes while a run is loading, and stay well below their timeout. Reconcile runs each minute.',
    widgets: [
      graph(8, 'Errors, by function', { left: each('Errors', 'Sum') }),
      graph(8, 'Throttles, by function', { left: each('Throttles', 'Sum') }),
      graph(8, 'Slowest workers (p99, ms), by source', {
        left: named.map(({ source, worker }) =>
          ofFunction(worker, 'Duration', 'p99').with({ label: source.name }),
        ),
        leftAnnotations:
          timeout === undefined
            ? []
            : [
                { value: timeout, label: 'timeout', color: Color.RED },
                { value: longWorkerShare * timeout, label: 'alarm', color: Color.ORANGE },
              ],
      }),
      graph(12, 'Lanes in use (%), by source', {
        left: named.map(
          ({ source, worker }, index) =>
            new MathExpression({
              expression: `100 * lanes${index} / ${source.limits.lanes}`,
              usingMetrics: { [`lanes${index}`]: ofFunction(worker, 'ConcurrentExecutions', 'Maximum') },
              period: usualPeriod,
              label: `${source.name}, of ${source.limits.lanes}`,
            }),
        ),
        leftAnnotations: [{ value: 100, label: 'all lanes', color: Color.GREY }],
      }),
      graph(12, 'Reconcile', {
        left: [
          ofFunction(reconcile, 'Invocations', 'Sum').with({ label: 'invocations' }),
          ofFunction(reconcile, 'Errors', 'Sum').with({ label: 'errors', color: Color.RED }),
        ],
        right: [ofFunction(reconcile, 'Duration', 'Maximum').with({ label: 'longest (ms)' })],
        rightYAxis: { min: 0, showUnits: false },
      }),
    ],
  };
}
