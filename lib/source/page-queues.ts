import { Duration, Stack } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type RedriveAllowPolicy, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { queueNames } from '../../lambda/environment';
import type { Environment } from '../environments';

export interface PageQueuesProps {
  readonly environment: Environment;
  readonly sourceName: string;
  /** How long the worker may take for one page range. */
  readonly workerTimeout: Duration;
}

/** For a queue that no other may name as its DLQ. */
export const noDeadLetters: RedriveAllowPolicy = { redrivePermission: RedrivePermission.DENY_ALL };

/** A source's page queue, one message per page range, and the DLQ for the ranges that could not be loaded. */
export class PageQueues extends Construct {
  /** Deliveries of a message before SQS itself moves it to the DLQ. */
  readonly maxReceiveCount = 5;
  readonly pages: Queue;
  readonly dead: Queue;

  constructor(scope: Construct, id: string, { environment, sourceName, workerTimeout }: PageQueuesProps) {
    super(scope, id);
    const names = queueNames(environment.name, sourceName);
    // By its name: with a reference to the queue, which names this one, neither could be made first.
    const pagesArn = Stack.of(this).formatArn({ service: 'sqs', resource: names.pages });
    // Moving a message to the DLQ does not restart its clock: the DLQ must keep it for longer than the queue.
    this.dead = new Queue(this, 'Dead', {
      queueName: names.dead,
      retentionPeriod: Duration.days(14),
      redriveAllowPolicy: { sourceQueues: [Queue.fromQueueArn(this, 'Source', pagesArn)] },
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    this.pages = new Queue(this, 'Pages', {
      queueName: names.pages,
      retentionPeriod: Duration.days(4),
      // Six times the function's timeout, as AWS advises for an event source mapping, so that a range that is
      // still being loaded is not delivered again.
      visibilityTimeout: Duration.seconds(6 * workerTimeout.toSeconds()),
      deadLetterQueue: { queue: this.dead, maxReceiveCount: this.maxReceiveCount },
      redriveAllowPolicy: noDeadLetters,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
  }
}
