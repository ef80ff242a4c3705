import { localAccount } from '../local-account';
import type { AwsCall } from './aws-call';
import { type Answer, notImplemented, readText } from './http-answer';
import { jsonAnswer } from './json-answer';
import { cancelMessageMoveTask, listMessageMoveTasks, startMessageMoveTask } from './move-messages';
import type { Queues } from './queues';
import { receiveMessage } from './receive-message';
import { requireSqs } from './require-sqs';
import { sendMessage, sendMessageBatch } from './send-message';
import { sqsError } from './sqs-error';
import type { SqsQueue } from './sqs-queue';
import { parseJson, parseParameters, type SqsOperation, sqsRequests } from './sqs-requests';

/** Largest request that is read: 1 MiB of messages, every character of which JSON may escape into six. */
const maxRequestBytes = 8 * 1024 * 1024;

/** Answers the SQS calls that Baseload makes (AWS JSON 1.0). Throws AwsErrors. */
export async function handleSqs(call: AwsCall, operation: string, queues: Queues): Promise<Answer> {
  if (!isSpoken(operation)) throw notImplemented(`SQS ${operation}`);
  const input = parseJson(await readText(call.request, maxRequestBytes));
  return jsonAnswer('1.0', await answerTo(call, operation, input, queues));
}

/** The URL of a queue. */
export function queueUrl(url: string, name: string): string {
  return `${url}/${localAccount}/${name}`;
}

async function answerTo(
  call: AwsCall,
  operation: SqsOperation,
  input: unknown,
  queues: Queues,
): Promise<object> {
  const find = (url: string, action: SqsOperation) => findQueue(call, action, url, queues);
  switch (operation) {
    case 'SendMessage': {
      const parameters = parseParameters(operation, sqsRequests.SendMessage, input);
      return sendMessage(find(parameters.QueueUrl, operation), parameters, call.principal.name, queues);
    }
    case 'SendMessageBatch': {
      const parameters = parseParameters(operation, sqsRequests.SendMessageBatch, input);
      const queue = find(parameters.QueueUrl, 'SendMessage');
      return sendMessageBatch(queue, parameters.Entries, call.principal.name, queues);
    }
    case 'ReceiveMessage': {
      const parameters = parseParameters(operation, sqsRequests.ReceiveMessage, input);
      return await receiveMessage(find(parameters.QueueUrl, operation), parameters, call.signal);
    }
    case 'DeleteMessage': {
      const parameters = parseParameters(operation, sqsRequests.DeleteMessage, input);
      find(parameters.QueueUrl, operation).delete(parameters.ReceiptHandle);
      return {};
    }
    case 'ChangeMessageVisibility': {
      const parameters = parseParameters(operation, sqsRequests.ChangeMessageVisibility, input);
      const queue = find(parameters.QueueUrl, operation);
      queue.changeVisibility(parameters.ReceiptHandle, parameters.VisibilityTimeout);
      return {};
    }
    case 'GetQueueAttributes': {
      const parameters = parseParameters(operation, sqsRequests.GetQueueAttributes, input);
      return selectAttributes(find(parameters.QueueUrl, operation), parameters.AttributeNames);
    }
    case 'GetQueueUrl': {
      const parameters = parseParameters(operation, sqsRequests.GetQueueUrl, input);
      const owner = parameters.QueueOwnerAWSAccountId ?? localAccount;
      const queue = find(`/${owner}/${parameters.QueueName}`, operation);
      return { QueueUrl: queueUrl(queues.url, queue.name) };
    }
    case 'StartMessageMoveTask': {
      const parameters = parseParameters(operation, sqsRequests.StartMessageMoveTask, input);
      return startMessageMoveTask(call, parameters, queues);
    }
    case 'ListMessageMoveTasks': {
      const parameters = parseParameters(operation, sqsRequests.ListMessageMoveTasks, input);
      return listMessageMoveTasks(call, parameters, queues);
    }
    case 'CancelMessageMoveTask': {
      const parameters = parseParameters(operation, sqsRequests.CancelMessageMoveTask, input);
      return cancelMessageMoveTask(call, parameters, queues);
    }
  }
}

/** All attributes of a queue, as GetQueueAttributes has them: every value a text. */
export function describeQueue(queue: SqsQueue): Record<string, string> {
  const { waiting, inFlight, delayed } = queue.depth();
  const { RedrivePolicy, RedriveAllowPolicy, ...settings } = queue.attributes;
  const created = String(Math.floor(queue.createdAt / 1000));
  const values = {
    ...settings,
    ...(RedrivePolicy === undefined ? {} : { RedrivePolicy: JSON.stringify(RedrivePolicy) }),
    ...(RedriveAllowPolicy === undefined ? {} : { RedriveAllowPolicy: JSON.stringify(RedriveAllowPolicy) }),
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: waiting,
    ApproximateNumberOfMessagesNotVisible: inFlight,
    ApproximateNumberOfMessagesDelayed: delayed,
    CreatedTimestamp: created,
    LastModifiedTimestamp: created,
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

/** Names of attributes that a queue may have but this one does not: asked for, they are left out. */
const optionalAttributes = new Set([
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'SqsManagedSseEnabled',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
]);

function selectAttributes(queue: SqsQueue, names: readonly string[]): object {
  const all = describeQueue(queue);
  if (names.includes('All')) return { Attributes: all };
  const unknown = names.find((name) => !(name in all) && !optionalAttributes.has(name));
  if (unknown !== undefined) throw sqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  const asked = Object.entries(all).filter(([name]) => names.includes(name));
  return asked.length === 0 ? {} : { Attributes: Object.fromEntries(asked) };
}

/** Finds a queue by the path of its URL, if the caller may do `operation` with it. */
function findQueue(call: AwsCall, operation: SqsOperation, url: string, queues: Queues): SqsQueue {
  const [owner, name = ''] = url.split('/').slice(-2);
  const queue = owner === localAccount ? queues.byName.get(name) : undefined;
  const arn = queue?.arn ?? `arn:aws:sqs:${call.region}:${owner}:${name}`;
  const action = operation === 'SendMessageBatch' ? 'SendMessage' : operation;
  requireSqs(call, `sqs:${action}`, arn);
  if (queue) return queue;
  throw sqsError('QueueDoesNotExist', `The specified queue does not exist: ${url}`);
}

function isSpoken(operation: string): operation is SqsOperation {
  return Object.hasOwn(sqsRequests, operation);
}
