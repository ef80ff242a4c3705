import { Duration } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Environment } from './environments';

export interface MissedSchedulesProps {
  readonly environment: Environment;
}

/** Keeps the scheduled starts that could not be delivered; a message here is a load that did not begin. */
export class MissedSchedules extends Queue {
  constructor(scope: Construct, id: string, { environment }: MissedSchedulesProps) {
    super(scope, id, {
      queueName: `baseload-${environment.name}-missed-schedules`,
      retentionPeriod: Duration.days(14),
      enforceSSL: true,
    });
  }
}
