import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { reconcileName } from '../../../lambda/environment';
import type { Environment } from '../../environments';
import { ofFunction, usualPeriod } from '../metrics';
import { ExplainedAlarm } from './explained-alarm';
import { errorsIn } from './first-commands';

export interface ReconcileAlarmsProps {
  readonly environment: Environment;
}

/**
 * What can go wrong with the one function that completes every run. It is invoked each minute; an invocation may take 15, and all that Lambda
 * tells of it is dated to its start and told at its end (Lambda Developer Guide, "Types of metrics for Lambda functions").
 */
export class ReconcileAlarms extends Construct {
  readonly errors: ExplainedAlarm;
  readonly stopped: ExplainedAlarm;

  constructor(scope: Construct, id: string, { environment }: ReconcileAlarmsProps) {
    super(scope, id);
    const watched = { environment: environment.name };
    const reconcile = reconcileName(environment.name);
    const consequence = `Nothing of ${environment.name} is published meanwhile; workers go on, and nothing that is loaded is lost.`;

    this.errors = new ExplainedAlarm(this, 'reconcile-errors', {
      watched,
      kind: 'reconcile-errors',
      meaning: `More than half of the invocations that verify and publish runs fail. ${consequence} Alarms of sources tell nobody meanwhile: how late their data is, may not be known.`,
      first: errorsIn(reconcile),
      // One that fails is made good a minute later; three periods of half an hour are also seen when each took 15 minutes to fail.
      metric: new MathExpression({
        expression: '100 * errors / invocations',
        usingMetrics: {
          errors: ofFunction(reconcile, 'Errors', 'Sum'),
          invocations: ofFunction(reconcile, 'Invocations', 'Sum'),
        },
        period: usualPeriod,
        label: 'Invocations that failed, %',
      }),
      breaches: { above: 50 },
      during: [3, 6],
    });
    this.stopped = new ExplainedAlarm(this, 'reconcile-stopped', {
      watched,
      kind: 'reconcile-stopped',
      meaning: `The function that verifies and publishes runs has not been invoked for 20 minutes. ${consequence} Alarms of sources tell nobody meanwhile: how late their data is, is not known.`,
      first: `aws lambda get-function-configuration --function-name ${reconcile} --query '[State,LastUpdateStatus]'`,
      metric: ofFunction(reconcile, 'Invocations', 'Sum'),
      breaches: { below: 1 },
      // Longer than the longest invocation: while all of them verify, none has been told of yet.
      during: [4, 4],
      missing: 'breaching',
    });
  }
}
