import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import type { Place, Queue } from '../check';
import { eventuallySome } from '../waiting';

export const api = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference';
export const guide = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide';

/** A parameter that SQS refuses: its older protocol and its newer one name it differently. */
export const invalidParameter = {
  names: ['InvalidParameterValue', 'InvalidParameterValueException'],
  status: 400,
};

type Options<Input> = Omit<Partial<Input>, 'QueueUrl' | 'MessageBody'>;

export function send(
  { sqs }: Place,
  { url }: Queue,
  body: string,
  options: Options<SendMessageCommandInput> = {},
) {
  return sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body, ...options }));
}

export function sendBatch({ sqs }: Place, { url }: Queue, entries: SendMessageBatchRequestEntry[]) {
  return sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: entries }));
}

/** Sends so many messages: 'message 0', 'message 1' … */
export async function sendMany(place: Place, queue: Queue, count: number): Promise<string[]> {
  const bodies = Array.from({ length: count }, (_, index) => `message ${index}`);
  for (let from = 0; from < count; from += 10) {
    const batch = bodies.slice(from, from + 10);
    await sendBatch(
      place,
      queue,
      batch.map((MessageBody, Id) => ({ Id: String(Id), MessageBody })),
    );
  }
  return bodies;
}

/** One receive: up to ten messages, with all that is known of them; it waits a second unless told otherwise. */
export async function receive(
  { sqs }: Place,
  { url }: Queue,
  options: Options<ReceiveMessageCommandInput> = {},
): Promise<Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
      ...options,
    }),
  );
  return Messages;
}

/** Receives until a message comes, and gives that one. */
export function receiveOne(
  place: Place,
  queue: Queue,
  options: Options<ReceiveMessageCommandInput> = {},
): Promise<Message> {
  const one = { ...options, MaxNumberOfMessages: 1 };
  return eventuallySome(place, 'a message', async () => (await receive(place, queue, one))[0]);
}

/** Receives and deletes until as many different bodies came as there should be, or patience is over; the bodies in order. */
export async function drain(place: Place, queue: Queue, count: number): Promise<string[]> {
  const bodies = new Set<string>();
  const deadline = performance.now() + place.patience;
  while (bodies.size < count && performance.now() < deadline) {
    for (const message of await receive(place, queue)) {
      bodies.add(message.Body ?? '');
      await remove(place, queue, message);
    }
  }
  return [...bodies].sort();
}

export function remove({ sqs }: Place, { url }: Queue, { ReceiptHandle }: Message) {
  return sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
}

export function hide({ sqs }: Place, { url }: Queue, { ReceiptHandle }: Message, seconds: number) {
  const command = { QueueUrl: url, ReceiptHandle, VisibilityTimeout: seconds };
  return sqs.send(new ChangeMessageVisibilityCommand(command));
}

/** Messages waiting, in flight and delayed, as GetQueueAttributes has them. */
export async function counts({ sqs }: Place, { url }: Queue): Promise<[number, number, number]> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  return [
    Number(Attributes.ApproximateNumberOfMessages),
    Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    Number(Attributes.ApproximateNumberOfMessagesDelayed),
  ];
}
