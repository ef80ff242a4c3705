import { GetQueueAttributesCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import type { Check } from '../check';
import { assertRefused, assertSame } from '../seen';
import { eventually } from '../waiting';
import { api, counts, receiveOne, send } from './calls';

const missing = { names: ['QueueDoesNotExist'], status: 400 };

/** Queues: how they are found, and how full they are. */
export const queueChecks: readonly Check[] = [
  {
    id: 'sqs-url',
    behaviour: 'GetQueueUrl finds a queue by its name; a missing one is QueueDoesNotExist',
    document: `${api}/API_GetQueueUrl.html`,
    async run(place) {
      const queue = await place.queue('pages');
      const urlOf = async (QueueName: string) =>
        (await place.sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl;
      assertSame('the URL', await urlOf(queue.name), queue.url);
      await assertRefused('a missing queue', urlOf(place.name('nobody')), missing);
    },
  },
  {
    id: 'sqs-missing',
    behaviour: 'to send to a queue that does not exist is refused: QueueDoesNotExist',
    document: `${api}/API_SendMessage.html`,
    async run(place) {
      const { name, url, arn } = await place.queue('pages');
      const nobody = { name, url: url.replace(name, place.name('nobody')), arn };
      await assertRefused('the call', send(place, nobody, 'a message'), missing);
    },
  },
  {
    id: 'sqs-queue-attributes',
    behaviour:
      'GetQueueAttributes has the attributes asked for, as texts, and the ARN; an unknown one is InvalidAttributeName',
    document: `${api}/API_GetQueueAttributes.html`,
    async run(place) {
      const queue = await place.queue('pages', { VisibilityTimeout: '77' });
      const ask = async (...AttributeNames: never[]) => {
        const command = new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames });
        return (await place.sqs.send(command)).Attributes;
      };
      const asked = ['QueueArn', 'VisibilityTimeout'] as never[];
      assertSame('attributes', await ask(...asked), { QueueArn: queue.arn, VisibilityTimeout: '77' });
      await assertRefused('an unknown one', ask('Nonsense' as never), {
        names: ['InvalidAttributeName'],
        status: 400,
      });
    },
  },
  {
    id: 'sqs-counts',
    behaviour:
      'GetQueueAttributes counts what waits, what is in flight and what is delayed, in the end exactly',
    document: `${api}/API_GetQueueAttributes.html`,
    async run(place) {
      const queue = await place.queue('pages', { VisibilityTimeout: '600' });
      assertSame('an empty queue', await counts(place, queue), [0, 0, 0]);
      await send(place, queue, 'a');
      await receiveOne(place, queue);
      await send(place, queue, 'b');
      await send(place, queue, 'c');
      await send(place, queue, 'd', { DelaySeconds: 900 });
      await eventually(place, [2, 1, 1], () => counts(place, queue));
    },
  },
];
