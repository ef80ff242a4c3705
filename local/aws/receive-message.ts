import type { z } from 'zod';
import { attributesDigest, bodyDigest, type MessageAttributes } from './message-digest';
import { sqsError } from './sqs-error';
import type { Delivery, QueuedMessage, SqsQueue } from './sqs-queue';
import type { sqsRequests } from './sqs-requests';

type Parameters = z.infer<(typeof sqsRequests)['ReceiveMessage']>;

/** The system attributes of a message; one without a value is left out. */
const systemAttributes: Record<string, (message: QueuedMessage) => string | undefined> = {
  ApproximateFirstReceiveTimestamp: ({ firstReceivedAt }) =>
    firstReceivedAt === undefined ? undefined : String(firstReceivedAt),
  ApproximateReceiveCount: ({ receiveCount }) => String(receiveCount),
  SenderId: ({ senderId }) => senderId,
  SentTimestamp: ({ sentAt }) => String(sentAt),
  DeadLetterQueueSourceArn: ({ deadLetterSource }) => deadLetterSource,
};

/** ReceiveMessage: waits as long as asked, or as the queue says, and answers up to ten messages. */
export async function receiveMessage(
  queue: SqsQueue,
  parameters: Parameters,
  signal: AbortSignal,
): Promise<object> {
  const systemNames = [...parameters.AttributeNames, ...parameters.MessageSystemAttributeNames];
  const unknown = systemNames.find((name) => name !== 'All' && !Object.hasOwn(systemAttributes, name));
  if (unknown !== undefined) throw sqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  const deliveries = await queue.receive(
    {
      max: parameters.MaxNumberOfMessages,
      waitSeconds: parameters.WaitTimeSeconds ?? queue.attributes.ReceiveMessageWaitTimeSeconds,
      visibilitySeconds: parameters.VisibilityTimeout ?? queue.attributes.VisibilityTimeout,
    },
    signal,
  );
  if (deliveries.length === 0) return {};
  return {
    Messages: deliveries.map((delivery) => describe(delivery, systemNames, parameters.MessageAttributeNames)),
  };
}

function describe(
  { message, receiptHandle }: Delivery,
  systemNames: readonly string[],
  attributeNames: readonly string[],
): object {
  const system = selectSystem(message, systemNames);
  const attributes = selectAttributes(message.attributes ?? {}, attributeNames);
  return {
    MessageId: message.id,
    ReceiptHandle: receiptHandle,
    Body: message.body,
    MD5OfBody: bodyDigest(message.body),
    ...(Object.keys(system).length > 0 ? { Attributes: system } : {}),
    ...(Object.keys(attributes).length > 0
      ? { MessageAttributes: attributes, MD5OfMessageAttributes: attributesDigest(attributes) }
      : {}),
  };
}

function selectSystem(message: QueuedMessage, names: readonly string[]): Record<string, string> {
  const selected: Record<string, string> = {};
  for (const [name, read] of Object.entries(systemAttributes)) {
    const value = names.includes('All') || names.includes(name) ? read(message) : undefined;
    if (value !== undefined) selected[name] = value;
  }
  return selected;
}

/** Names select an attribute; 'All' and '.*' every one; 'prefix.*' those that begin with it. */
function selectAttributes(attributes: MessageAttributes, names: readonly string[]): MessageAttributes {
  const isSelected = (attribute: string) =>
    names.some((name) =>
      name === 'All' || name === '.*'
        ? true
        : name.endsWith('.*')
          ? attribute.startsWith(name.slice(0, -2))
          : attribute === name,
    );
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isSelected(name)));
}
