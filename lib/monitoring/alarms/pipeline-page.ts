import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Environment } from '../../environments';
import type { ExplainedAlarm } from './explained-alarm';
import { PageAlarm } from './page-alarm';
import type { ReconcileAlarms } from './reconcile-alarms';

export interface PipelinePageProps {
  readonly environment: Environment;
  readonly reconcile: ReconcileAlarms;
  /** Of every source. */
  readonly throttles: readonly ExplainedAlarm[];
  readonly action: IAlarmAction;
}

/** The alarm that pages for what all sources of an environment share: the function that completes their runs, and the account's concurrency. */
export class PipelinePage extends PageAlarm {
  constructor(
    scope: Construct,
    id: string,
    { environment, reconcile, throttles, action }: PipelinePageProps,
  ) {
    const { name } = environment;
    super(scope, id, {
      watched: { environment: name },
      children: [reconcile.errors, reconcile.stopped, ...throttles],
      explained: {
        meaning: `What all sources of ${name} share is at fault: the one function that verifies and publishes their runs fails or does not run, and alarms of sources tell nobody until it does; or Lambda starts too few workers, and loads take longer. OK comes by itself, and is no proof that anything was loaded: npx baseload status --env ${name} tells.`,
        first: `aws cloudwatch describe-alarms --alarm-name-prefix baseload-${name}- --state-value ALARM --query 'MetricAlarms[].AlarmName'`,
      },
      action,
    });
  }
}
