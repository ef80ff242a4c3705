import { z } from 'zod';
import type { SpokenAction } from './authorize';
import type { AwsCall } from './aws-call';
import type { MoveTask } from './move-tasks';
import type { Queues } from './queues';
import { requireSqs } from './require-sqs';
import { invalidParameter, sqsError } from './sqs-error';
import type { SqsQueue } from './sqs-queue';
import type { sqsRequests } from './sqs-requests';

type Parameters<Operation extends keyof typeof sqsRequests> = z.infer<(typeof sqsRequests)[Operation]>;

/** What every call about a move needs on the DLQ besides its own name: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html */
const alsoOnSource = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'] as const;

const handleSchema = z.object({ taskId: z.string(), sourceArn: z.string() });

/** StartMessageMoveTask: answers the task's handle at once. */
export function startMessageMoveTask(
  call: AwsCall,
  { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond: rate }: Parameters<'StartMessageMoveTask'>,
  queues: Queues,
): object {
  const source = findSource(call, 'sqs:StartMessageMoveTask', SourceArn, queues);
  const origins = [...queues.byName.values()].filter(({ redrive }) => redrive?.target === source);
  if (origins.length === 0) {
    throw invalidParameter('Source queue must be configured as a Dead Letter Queue.');
  }
  const destination = DestinationArn === undefined ? undefined : findByArn(DestinationArn, queues);
  if (DestinationArn !== undefined && destination === undefined) throw noSuch('DestinationArn');
  for (const { arn } of destination ? [destination] : origins) requireSqs(call, 'sqs:SendMessage', arn);
  return { TaskHandle: handleOf(queues.moves.start(source, { destination, rate })) };
}

/** ListMessageMoveTasks: the most recent first. */
export function listMessageMoveTasks(
  call: AwsCall,
  { SourceArn, MaxResults }: Parameters<'ListMessageMoveTasks'>,
  queues: Queues,
): object {
  const source = findSource(call, 'sqs:ListMessageMoveTasks', SourceArn, queues);
  return { Results: queues.moves.list(source).slice(0, MaxResults).map(describe) };
}

/** CancelMessageMoveTask: what was moved stays where it is. */
export function cancelMessageMoveTask(
  call: AwsCall,
  { TaskHandle }: Parameters<'CancelMessageMoveTask'>,
  queues: Queues,
): object {
  const { taskId, sourceArn } = readHandle(TaskHandle);
  const source = findSource(call, 'sqs:CancelMessageMoveTask', sourceArn, queues);
  return { ApproximateNumberOfMessagesMoved: queues.moves.cancel(source, taskId).moved };
}

/** As in ListMessageMoveTasks: the handle only of a task that can be cancelled, and nothing that was not said at its start. */
function describe(task: MoveTask): object {
  return {
    ...(task.status === 'RUNNING' ? { TaskHandle: handleOf(task) } : {}),
    Status: task.status,
    SourceArn: task.source.arn,
    ...(task.destination ? { DestinationArn: task.destination.arn } : {}),
    ...(task.rate === undefined ? {} : { MaxNumberOfMessagesPerSecond: task.rate }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    ...(task.failure === undefined ? {} : { FailureReason: task.failure }),
    StartedTimestamp: task.startedAt,
  };
}

function handleOf({ id, source }: MoveTask): string {
  return Buffer.from(JSON.stringify({ taskId: id, sourceArn: source.arn })).toString('base64');
}

function readHandle(handle: string): z.infer<typeof handleSchema> {
  try {
    return handleSchema.parse(JSON.parse(Buffer.from(handle, 'base64').toString('utf8')));
  } catch {
    throw invalidParameter('Value for parameter TaskHandle is invalid.');
  }
}

function findSource(call: AwsCall, action: SpokenAction, arn: string, queues: Queues): SqsQueue {
  for (const one of [action, ...alsoOnSource]) requireSqs(call, one, arn);
  const queue = findByArn(arn, queues);
  if (queue) return queue;
  throw noSuch('SourceArn');
}

function findByArn(arn: string, queues: Queues): SqsQueue | undefined {
  return [...queues.byName.values()].find((queue) => queue.arn === arn);
}

function noSuch(parameter: string) {
  return sqsError(
    'ResourceNotFoundException',
    `The resource that you specified for the ${parameter} parameter doesn't exist.`,
    404,
  );
}
