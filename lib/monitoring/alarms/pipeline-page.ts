import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Environment } from '../../environments';
import { okIsNoProof } from './explanation';
import { PageAlarm } from './page-alarm';
import type { ReconcileAlarms } from './reconcile-alarms';

export interface PipelinePageProps {
  readonly environment: Environment;
  readonly reconcile: ReconcileAlarms;
  readonly action: IAlarmAction;
}

/** The alarm that pages for the one function that completes all runs of an environment. While it is in ALARM, sources' pages are muted. */
export class PipelinePage extends PageAlarm {
  constructor(scope: Construct, id: string, { environment, reconcile, action }: PipelinePageProps) {
    const { name } = environment;
    super(scope, id, {
      environment: name,
      of: 'pipeline',
      children: [reconcile.errors, reconcile.stopped],
      explained: {
        meaning: `The one function that verifies and publishes all runs of ${name} fails or does not run: nothing is published, and alarms of sources tell nobody until it does. Workers go on, and nothing that is loaded is lost. ${okIsNoProof(name)}`,
        first: `aws cloudwatch describe-alarms --alarm-name-prefix baseload-${name}-reconcile- --state-value ALARM --query 'MetricAlarms[].AlarmName'`,
      },
      action,
    });
  }
}
