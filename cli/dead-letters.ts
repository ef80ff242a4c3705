import { ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { RawPagesError } from '../core/run/write-raw';

/** What the messages of a DLQ say of themselves. */
export interface DeadLetters {
  /** Up to five distinct ones, the most frequent first, with their numbers. */
  readonly reasons: readonly string[];
  /** Whether all are there because somebody must change a setting. */
  readonly areConfiguration: boolean;
  /** Whether all are there because the raw pages that they need are not what they were. */
  readonly areRawPages: boolean;
}

/** Reads why messages are in a DLQ. */
export async function readDeadLetters(sqs: SQSClient, url: string): Promise<DeadLetters> {
  const counts = new Map<string, number>();
  const failures = new Set<string | undefined>();
  const errors = new Set<string | undefined>();
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 0,
        MessageAttributeNames: ['All'],
      }),
    );
    if (Messages.length === 0) break;
    for (const { MessageAttributes } of Messages) {
      const reason = MessageAttributes?.reason?.StringValue ?? 'the function ended before it could say why';
      failures.add(MessageAttributes?.failure?.StringValue);
      errors.add(MessageAttributes?.error?.StringValue);
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a).slice(0, 5);
  return {
    reasons: sorted.map(([reason, times]) => (times === 1 ? reason : `${reason} (${times} times)`)),
    areConfiguration: failures.size === 1 && failures.has('configuration'),
    areRawPages: errors.size === 1 && errors.has(RawPagesError.name),
  };
}
