import type { z } from 'zod';
import { AwsError } from './http-answer';
import { attributesDigest, bodyDigest, messageBytes } from './message-digest';
import type { Queues } from './queues';
import { invalidParameter, sqsError } from './sqs-error';
import type { SqsQueue } from './sqs-queue';
import { batchEntrySchema, parseParameters, type sqsRequests } from './sqs-requests';

type NewMessage = Pick<
  z.infer<(typeof sqsRequests)['SendMessage']>,
  'MessageBody' | 'DelaySeconds' | 'MessageAttributes'
>;

/** Limits of SendMessageBatch (SQS quotas, "Messages"). */
const maxBatchEntries = 10;
const maxBatchBytes = 1_048_576;

/** What SQS allows in a body: the characters of XML 1.0. */
const invalidCharacter = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** SendMessage: puts one message into the queue and answers its id and digests. */
export function sendMessage(queue: SqsQueue, message: NewMessage, senderId: string, queues: Queues): object {
  const attributes = message.MessageAttributes ?? {};
  assertMessage(queue, message);
  const id = queues.nextMessageId();
  const hasAttributes = Object.keys(attributes).length > 0;
  queue.send(
    { id, body: message.MessageBody, attributes: hasAttributes ? attributes : undefined, senderId },
    message.DelaySeconds,
  );
  return {
    MessageId: id,
    MD5OfMessageBody: bodyDigest(message.MessageBody),
    ...(hasAttributes ? { MD5OfMessageAttributes: attributesDigest(attributes) } : {}),
  };
}

/** SendMessageBatch: each entry succeeds or fails alone, unless the batch as a whole breaks a limit. */
export function sendMessageBatch(
  queue: SqsQueue,
  entries: readonly { readonly Id: string }[],
  senderId: string,
  queues: Queues,
): object {
  assertBatch(entries);
  const successful: object[] = [];
  const failed: object[] = [];
  for (const entry of entries) {
    try {
      const message = parseParameters('SendMessageBatch', batchEntrySchema, entry);
      successful.push({ Id: entry.Id, ...sendMessage(queue, message, senderId, queues) });
    } catch (error) {
      if (!(error instanceof AwsError) || error.status === 501) throw error;
      const code = error.code.replace(/Exception$/, '');
      failed.push({ Id: entry.Id, SenderFault: true, Code: code, Message: error.message });
    }
  }
  return { Successful: successful, ...(failed.length > 0 ? { Failed: failed } : {}) };
}

function assertMessage(queue: SqsQueue, message: NewMessage): void {
  const limit = queue.attributes.MaximumMessageSize;
  if (messageBytes(message.MessageBody, message.MessageAttributes ?? {}) > limit) {
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`,
    );
  }
  if (invalidCharacter.test(message.MessageBody)) {
    throw sqsError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.',
    );
  }
}

function assertBatch(entries: readonly { readonly Id: string }[]): void {
  if (entries.length === 0) {
    throw sqsError(
      'EmptyBatchRequest',
      'There should be at least one SendMessageBatchRequestEntry in the request.',
    );
  }
  if (entries.length > maxBatchEntries) {
    throw sqsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${maxBatchEntries}. You have sent ${entries.length}.`,
    );
  }
  const repeated = entries.find((entry, index) => entries.findIndex((one) => one.Id === entry.Id) !== index);
  if (repeated) throw sqsError('BatchEntryIdsNotDistinct', `Id ${repeated.Id} repeated.`);
  const invalid = entries.find((entry) => !/^[\w-]{1,80}$/.test(entry.Id));
  if (invalid) {
    throw sqsError(
      'InvalidBatchEntryId',
      `A batch entry id can only contain letters, digits, hyphens and underscores, 80 at most: ${invalid.Id}`,
    );
  }
  const bytes = entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
  if (bytes > maxBatchBytes) {
    throw sqsError(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${maxBatchBytes} bytes. You have sent ${bytes} bytes.`,
    );
  }
}

/** An entry that is not well-formed counts nothing: it will fail alone. */
function entryBytes(entry: object): number {
  const parsed = batchEntrySchema.safeParse(entry);
  return parsed.success ? messageBytes(parsed.data.MessageBody, parsed.data.MessageAttributes ?? {}) : 0;
}
