import { ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** Why messages are in a DLQ: up to five distinct reasons, the most frequent first, with their numbers. */
export async function deadLetterReasons(sqs: SQSClient, url: string): Promise<string[]> {
  const counts = new Map<string, number>();
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
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a).slice(0, 5);
  return sorted.map(([reason, times]) => (times === 1 ? reason : `${reason} (${times} times)`));
}
