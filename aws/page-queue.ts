import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { TransientError } from '../core/errors';
import { concurrently } from '../core/run/concurrently';
import type { FailureReason, PageQueue, QueueDepth } from '../core/run/ports';
import type { PageMessage } from '../core/run/range/page-message';

/** Entries that SQS takes in one SendMessageBatch. */
const batchSize = 10;
/**
 * Bytes of all bodies of one SendMessageBatch: SQS takes 1 MiB, and took a quarter of it before August 2025. A message
 * that names hundreds of slices has some 50 KB.
 */
const batchBytes = 256 * 1024;
/** Batches under way at once. */
const batchesAtOnce = 20;
/** Tries at the entries of a batch that SQS did not take. */
const triesPerBatch = 5;

export interface QueueUrls {
  readonly pages: string;
  readonly dead: string;
}

/** The sending end of a page queue, for those who may do nothing else with it. */
export function sqsSender(sqs: SQSClient, url: string): Pick<PageQueue, 'send'> {
  return {
    async send(messages) {
      let sent = 0;
      for await (const taken of concurrently(batches(messages), batchesAtOnce, (batch) =>
        sendBatch(sqs, url, batch),
      )) {
        sent += taken;
      }
      return sent;
    },
  };
}

/** A source's page queue and its DLQ on SQS. */
export function sqsPageQueue(sqs: SQSClient, urls: QueueUrls): PageQueue {
  return {
    ...sqsSender(sqs, urls.pages),
    async park(message, seconds) {
      const MessageBody = JSON.stringify(message);
      await sqs.send(new SendMessageCommand({ QueueUrl: urls.pages, MessageBody, DelaySeconds: seconds }));
    },
    async deadLetter(message, reason) {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: urls.dead,
          MessageBody: JSON.stringify(message),
          MessageAttributes: toAttributes(message, reason),
        }),
      );
    },
    async backOff(receiptHandle, seconds) {
      await sqs.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: urls.pages,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: seconds,
        }),
      );
    },
    async depth() {
      const [pages, dead] = await Promise.all([
        countMessages(sqs, urls.pages),
        countMessages(sqs, urls.dead),
      ]);
      return { ...pages, dead: dead.waiting + dead.inFlight + dead.delayed };
    },
  };
}

/** Finds a queue's URL by its name. */
export async function queueUrl(sqs: SQSClient, name: string): Promise<string> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  if (!QueueUrl) throw new TransientError(`SQS gave no URL for the queue ${name}`);
  return QueueUrl;
}

async function sendBatch(sqs: SQSClient, url: string, batch: readonly string[]): Promise<number> {
  let entries = batch.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
  for (let tries = 1; entries.length > 0; tries++) {
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: entries }));
    if (Failed.length > 0 && tries === triesPerBatch) {
      throw new TransientError(
        `SQS did not take ${Failed.length} messages: ${Failed[0]?.Message ?? Failed[0]?.Code}`,
      );
    }
    const failed = new Set(Failed.map(({ Id }) => Id));
    entries = entries.filter(({ Id }) => failed.has(Id));
  }
  return batch.length;
}

/** The bodies of as many messages as one call takes. */
function* batches(messages: Iterable<PageMessage>): Generator<string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const message of messages) {
    const body = JSON.stringify(message);
    const more = Buffer.byteLength(body);
    if (batch.length > 0 && bytes + more > batchBytes) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(body);
    bytes += more;
    if (batch.length === batchSize) {
      yield batch;
      batch = [];
      bytes = 0;
    }
  }
  if (batch.length > 0) yield batch;
}

/** How many messages a queue has, approximately; SQS is up to a minute late with it. */
export async function countMessages(
  sqs: SQSClient,
  url: string,
): Promise<Pick<QueueDepth, 'waiting' | 'inFlight' | 'delayed'>> {
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
  return {
    waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
    delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
  };
}

/** What no text in SQS may hold: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const refusedCharacter = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

function printable(value: string): string {
  return value.slice(0, 1000).replace(refusedCharacter, '\ufffd') || 'unknown';
}

/** What an operator groups a DLQ by. */
function toAttributes({ dataset, runId }: PageMessage, { failure, error, reason, status }: FailureReason) {
  const text = (value: string) => ({ DataType: 'String', StringValue: value });
  return {
    failure: text(failure),
    error: text(printable(error)),
    reason: text(printable(reason)),
    dataset: text(dataset),
    runId: text(runId),
    ...(status === undefined ? {} : { status: { DataType: 'Number', StringValue: String(status) } }),
  };
}
