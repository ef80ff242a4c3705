import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { schedulesOf } from '../../../core/source/schedules-of';
import type { Source } from '../../../core/source/source';
import { functionNames, queueNames } from '../../../lambda/environment';
import type { Environment } from '../../environments';
import { ofFunction, ofQueue, usualPeriod } from '../metrics';
import type { AlarmKind } from './alarm-names';
import { ExplainedAlarm, type ExplainedAlarmProps, endsByItself, toBeSeen } from './explained-alarm';
import { consequencesOf } from './explanation';
import { accountLimit, errorsIn } from './first-commands';
import { deadLettersFrom, longestWait, longWorkerShare } from './thresholds';

export interface SourceAlarmsProps {
  readonly environment: Environment;
  readonly source: Source;
  readonly workerTimeout: Duration;
}

/** What can go wrong with a source as a whole. */
export class SourceAlarms extends Construct {
  readonly alarms: readonly ExplainedAlarm[];
  /** Not among them: its cause is the account's, not the source's. */
  readonly throttles: ExplainedAlarm;

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
    const deadline = longestWait(source);
    const longWorker = longWorkerShare * workerTimeout.toSeconds();
    const scheduled = source.datasets.some((dataset) => schedulesOf(dataset).length > 0);

    this.alarms = [
      alarm('dead-letters', {
        meaning: `Page ranges of ${source.name} failed for good. Their run waits for somebody, and readers keep the run before. It may mean: ${consequences}`,
        first: `npx baseload dlq ${source.name} ${env}`,
        metric: ofQueue(queues.dead, 'ApproximateNumberOfMessagesVisible', 'Maximum', minute),
        breaches: { from: deadLettersFrom },
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
        // A range that crashed is tried again half an hour later: one alarm holds over three such tries, longer than a page waits.
        during: [2, 14],
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
        meaning: `A run of ${source.name} was due and could not be planned, however often Lambda tried: nothing is loaded, and nothing tries it again. It may mean: ${consequences} ${endsByItself}`,
        first: errorsIn(fanOut),
        // Starts that Lambda has given up; one that a later attempt makes good is none (AWS Lambda, "Types of metrics for Lambda functions").
        metric: ofFunction(fanOut, 'AsyncEventsDropped', 'Sum'),
        breaches: { from: 1 },
        during: toBeSeen,
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
    this.throttles = alarm('worker-throttles', {
      meaning: `Lambda starts fewer workers of ${source.name} than it has lanes, since the account's concurrency is used up: loads take longer. ${ifItLasts}`,
      first: accountLimit,
      metric: ofFunction(worker, 'Throttles', 'Sum'),
      breaches: { above: 0 },
      // Loads come and go, and with them the throttling: half an hour keeps it one alarm.
      during: [2, 6],
    });
  }
}
