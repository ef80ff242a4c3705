import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { schedulesOf } from '../../../core/source/schedules-of';
import type { Source } from '../../../core/source/source';
import { functionNames, queueNames } from '../../../lambda/environment';
import type { Environment } from '../../environments';
import { ofFunction, ofQueue, usualPeriod } from '../metrics';
import type { AlarmKind } from './alarm-names';
import { ExplainedAlarm, type ExplainedAlarmProps } from './explained-alarm';
import { consequencesOf } from './explanation';
import { errorsIn } from './first-commands';

export interface SourceAlarmsProps {
  readonly environment: Environment;
  readonly source: Source;
  readonly workerTimeout: Duration;
}

/** A page queue keeps a message for four days; a day before that somebody must know, whatever the deadline is. */
const latestQueueAge = Duration.days(3);

/** A worker that ends by itself stays far below: a range of a grid is some 10 s of requests, one of a chain 60 s, and both have 30 s to write. */
export const longWorkerShare = 0.8;

/** What can go wrong with a source as a whole. */
export class SourceAlarms extends Construct {
  readonly alarms: readonly ExplainedAlarm[];

  constructor(scope: Construct, id: string, { environment, source, workerTimeout }: SourceAlarmsProps) {
    super(scope, id);
    const watched = { environment: environment.name, source: source.name };
    const queues = queueNames(environment.name, source.name);
    const { worker, fanOut } = functionNames(environment.name, source.name);
    const env = `--env ${environment.name}`;
    const status = `npx baseload status ${source.name} ${env}`;
    const consequences = consequencesOf(environment, source);
    const ifItLasts = `If it lasts, it may mean: ${consequences}`;
    const alarm = (kind: AlarmKind, props: Omit<ExplainedAlarmProps, 'watched' | 'kind'>) =>
      new ExplainedAlarm(this, kind, { watched, kind, ...props });
    const minute = Duration.minutes(1);
    const deadline = deadlineOf(source);
    const longWorker = longWorkerShare * workerTimeout.toSeconds();
    const scheduled = source.datasets.some((dataset) => schedulesOf(dataset).length > 0);

    this.alarms = [
      alarm('dead-letters', {
        meaning: `Page ranges of ${source.name} failed for good. Their run waits for somebody, and readers keep the run before. It may mean: ${consequences}`,
        first: `npx baseload dlq ${source.name} ${env}`,
        metric: ofQueue(queues.dead, 'ApproximateNumberOfMessagesVisible', 'Maximum', minute),
        breaches: { from: 1 },
        during: [1, 1],
      }),
      alarm('queue-age', {
        meaning: `A page range of ${source.name} has waited for ${deadline.toHours({ integral: false })} hours: workers load too slowly, or not at all. ${ifItLasts}`,
        first: status,
        metric: ofQueue(queues.pages, 'ApproximateAgeOfOldestMessage', 'Maximum'),
        breaches: { above: deadline.toSeconds() },
        during: [1, 1],
      }),
      alarm('worker-errors', {
        meaning: `More than 5 % of the workers of ${source.name} crash or run out of time or memory. Their page ranges are tried again, and fail for good after five times. ${ifItLasts}`,
        first: errorsIn(worker),
        // One crash among few invocations is tried again and forgotten: two in five minutes are more than that.
        metric: new MathExpression({
          expression: 'IF(errors >= 2, 100 * errors / invocations, 0)',
          usingMetrics: {
            errors: ofFunction(worker, 'Errors', 'Sum'),
            invocations: ofFunction(worker, 'Invocations', 'Sum'),
          },
          period: usualPeriod,
          label: 'Workers that failed, %',
        }),
        breaches: { above: 5 },
        during: [2, 3],
      }),
      alarm('worker-throttles', {
        meaning: `Lambda starts fewer workers of ${source.name} than it has lanes, since the account's concurrency is used up: loads take longer. ${ifItLasts}`,
        first: 'aws lambda get-account-settings --query AccountLimit',
        metric: ofFunction(worker, 'Throttles', 'Sum'),
        breaches: { above: 0 },
        during: [2, 3],
      }),
      alarm('worker-duration', {
        meaning: `Workers of ${source.name} take more than ${longWorker} s of the ${workerTimeout.toSeconds()} s that they have: the source answers slowly, or page ranges are too big. Soon they will not finish. ${ifItLasts}`,
        first: status,
        // A worker that runs out of time is an error, and told by worker-errors.
        metric: new MathExpression({
          expression: 'IF(errors > 0, 0, duration)',
          usingMetrics: {
            errors: ofFunction(worker, 'Errors', 'Sum'),
            duration: ofFunction(worker, 'Duration', 'p99'),
          },
          period: usualPeriod,
          label: 'Time of the slowest workers, ms',
        }),
        breaches: { above: 1000 * longWorker },
        during: [2, 3],
      }),
      alarm('fan-out-errors', {
        meaning: `A run of ${source.name} could not be planned; Lambda tries twice more by itself. Unless one succeeds, nothing is loaded. ${ifItLasts}`,
        first: errorsIn(fanOut),
        // An error is dated to the start of its invocation and told at its end, up to 15 minutes later: a shorter period would not see it.
        metric: ofFunction(fanOut, 'Errors', 'Sum', Duration.minutes(30)),
        breaches: { from: 1 },
        during: [1, 1],
      }),
      ...(scheduled
        ? [
            alarm('missed-schedules', {
              meaning: `A load of ${source.name} was due and could not be started. It does not start by itself any more. ${ifItLasts}`,
              first: status,
              metric: ofQueue(queues.missed, 'ApproximateNumberOfMessagesVisible', 'Maximum', minute),
              breaches: { from: 1 },
              during: [1, 1],
            }),
          ]
        : []),
    ];
  }
}

/** A load may take until its dataset's deadline. */
function deadlineOf({ datasets }: Source): Duration {
  const hours = Math.max(...datasets.map(({ deadlineHours }) => deadlineHours));
  return Duration.minutes(Math.min(Math.ceil(60 * hours), latestQueueAge.toMinutes()));
}
