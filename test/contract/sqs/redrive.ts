import type { Message } from '@aws-sdk/client-sqs';
import type { Check, Place, Queue } from '../check';
import { assertSame } from '../seen';
import { eventuallySome } from '../waiting';
import { counts, guide, receive, send } from './calls';

/** A page queue that gives a message up after two receives, and its DLQ. */
export async function queuesOf(place: Place): Promise<{ pages: Queue; dead: Queue }> {
  const dead = await place.queue('dead', { VisibilityTimeout: '600' });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 });
  return { dead, pages: await place.queue('pages', { RedrivePolicy }) };
}

/** Receives from the page queue until its DLQ has a message, and resolves to that one. */
export function waitForDeadLetter(
  place: Place,
  { pages, dead }: { pages: Queue; dead: Queue },
  onDelivery: (message: Message) => void = () => {},
): Promise<Message> {
  return eventuallySome(place, 'a dead letter', async () => {
    for (const message of await receive(place, pages, { VisibilityTimeout: 0, WaitTimeSeconds: 0 }))
      onDelivery(message);
    return (await receive(place, dead, { WaitTimeSeconds: 0 }))[0];
  });
}

/** What SQS itself gives up. */
export const redriveChecks: readonly Check[] = [
  {
    id: 'sqs-redrive',
    behaviour:
      'a message that was received maxReceiveCount times and not deleted goes to the DLQ instead of coming again',
    document: `${guide}/sqs-dead-letter-queues.html`,
    async run(place) {
      const queues = await queuesOf(place);
      await send(place, queues.pages, 'a message');
      const deliveries: (string | undefined)[] = [];
      const letter = await waitForDeadLetter(place, queues, ({ Attributes }) =>
        deliveries.push(Attributes?.ApproximateReceiveCount),
      );
      assertSame('deliveries', deliveries, ['1', '2']);
      assertSame('the dead letter', letter.Body, 'a message');
      await eventuallySome(place, 'an empty page queue', async () =>
        (await counts(place, queues.pages)).every((count) => count === 0) ? true : undefined,
      );
    },
  },
  {
    id: 'sqs-redrive-attributes',
    behaviour:
      'a dead letter keeps its message attributes and its SentTimestamp, and names the queue that gave it up',
    document: `${guide}/setting-up-dead-letter-queue-retention.html`,
    async run(place) {
      const queues = await queuesOf(place);
      const MessageAttributes = { reason: { DataType: 'String', StringValue: 'from before' } };
      await send(place, queues.pages, 'a message', { MessageAttributes });
      let sentAt: string | undefined;
      const letter = await waitForDeadLetter(place, queues, ({ Attributes }) => {
        sentAt = Attributes?.SentTimestamp;
      });
      assertSame('the attribute', letter.MessageAttributes?.reason?.StringValue, 'from before');
      assertSame('SentTimestamp', letter.Attributes?.SentTimestamp, sentAt);
      assertSame('the queue named', letter.Attributes?.DeadLetterQueueSourceArn, queues.pages.arn);
    },
  },
  {
    id: 'sqs-sent-to-dlq',
    behaviour: 'a message that was sent to a DLQ names no queue that gave it up',
    document: `${guide}/sqs-dead-letter-queues.html`,
    async run(place) {
      const { dead } = await queuesOf(place);
      await send(place, dead, 'a letter');
      const letter = await eventuallySome(place, 'the letter', async () => (await receive(place, dead))[0]);
      assertSame('the queue named', letter.Attributes?.DeadLetterQueueSourceArn, undefined);
    },
  },
];
