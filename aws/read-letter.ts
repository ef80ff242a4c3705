import type { Message } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { type DeadLetter, unexplained } from '../core/run/dead/dead-letter';
import { deadRangeSchema } from '../core/run/dead/dead-range';
import type { FailureReason } from '../core/run/ports';
import { type PageMessage, pageMessageSchema } from '../core/run/range/page-message';

const attributesSchema = z.object({
  failure: deadRangeSchema.shape.failure,
  error: z.string(),
  reason: z.string(),
  status: z.coerce.number().int().optional(),
});

/** Reads a message of a DLQ, whoever sent it. */
export function readLetter({
  MessageId,
  Body = '',
  Attributes = {},
  MessageAttributes = {},
}: Message): DeadLetter {
  // What the queue itself gave up may still carry why it was here before; that is not why it is here now.
  const byQueue = Attributes.DeadLetterQueueSourceArn !== undefined;
  const message = readMessage(Body);
  return {
    id: MessageId ?? '',
    message,
    ...(byQueue ? unexplained : readReason(MessageAttributes, message)),
    sentAt: Number(Attributes.SentTimestamp ?? 0),
  };
}

function readMessage(body: string): PageMessage | undefined {
  try {
    return pageMessageSchema.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}

function readReason(
  attributes: NonNullable<Message['MessageAttributes']>,
  message: PageMessage | undefined,
): FailureReason {
  const texts = Object.fromEntries(
    Object.entries(attributes).map(([name, { StringValue }]) => [name, StringValue]),
  );
  const read = attributesSchema.safeParse(texts);
  if (read.success) return read.data;
  return message ? unexplained : { ...unexplained, reason: 'somebody else sent it: it is no page message' };
}
