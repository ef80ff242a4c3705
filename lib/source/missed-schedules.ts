import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { queueNames } from '../../lambda/environment';
import type { Environment } from '../environments';
import { noDeadLetters } from './page-queues';

export interface MissedSchedulesProps {
  readonly environment: Environment;
  readonly sourceName: string;
}

/** Keeps the scheduled starts of a source that could not be delivered; a message here is a load that did not begin. */
export class MissedSchedules extends Queue {
  constructor(scope: Construct, id: string, { environment, sourceName }: MissedSchedulesProps) {
    super(scope, id, {
      queueName: queueNames(environment.name, sourceName).missed,
      retentionPeriod: Duration.days(14),
      redriveAllowPolicy: noDeadLetters,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason:
        "It is itself the DLQ, of the source's schedules: EventBridge Scheduler names it, and no queue does.",
    });
  }
}
