import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Environment } from '../../environments';
import type { ExplainedAlarm } from './explained-alarm';
import { okIsNoProof } from './explanation';
import { accountLimit } from './first-commands';
import { PageAlarm } from './page-alarm';

export interface CapacityPageProps {
  readonly environment: Environment;
  /** Of every source. */
  readonly throttles: readonly ExplainedAlarm[];
  readonly action: IAlarmAction;
}

/**
 * The alarm that pages for the account's concurrency, once for all sources. It is none of PipelinePage's: throttling may last for hours, and an alarm
 * that is in ALARM already tells nobody that reconcile fails too.
 */
export class CapacityPage extends PageAlarm {
  constructor(scope: Construct, id: string, { environment, throttles, action }: CapacityPageProps) {
    const { name } = environment;
    super(scope, id, {
      environment: name,
      of: 'capacity',
      children: throttles,
      explained: {
        meaning: `Lambda starts fewer workers of ${name} than sources have lanes, since the account's concurrency is used up: loads take longer. ${okIsNoProof(name)}`,
        first: accountLimit,
      },
      action,
    });
  }
}
