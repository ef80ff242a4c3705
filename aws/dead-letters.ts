import {
  CancelMessageMoveTaskCommand,
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  type ListMessageMoveTasksResultEntry,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { TransientError } from '../core/errors';
import { type DeadLetter, isOfRun } from '../core/run/dead/dead-letter';
import type { RunName } from '../core/run/keys';
import type { PageQueue } from '../core/run/ports';
import { peek } from './dead-letter-scan';
import { type Moved, type MoveOptions, moveLetters } from './move-letters';
import { type QueueUrls, queueUrl, sqsPageQueue } from './page-queue';

/** A source's page queue and its DLQ. */
export interface SourceQueues {
  readonly pages: PageQueue;
  readonly dead: DeadLetters;
}

/** What is in a DLQ, and the ways out of it. */
export interface DeadLetters {
  /** Looks at up to `limit` letters, which stay; those that somebody else is looking at are not among them. */
  read(limit: number): Promise<DeadLetter[]>;
  /** Has SQS itself move all letters to the page queue; resolves to the task's handle. Rejects while another task of the DLQ is under way. */
  startMove(options?: { readonly rate?: number | undefined }): Promise<string>;
  /** The most recent tasks, up to ten, the newest first. */
  moves(): Promise<MoveTask[]>;
  /** Stops a task; resolves to the number of letters that it has moved. */
  cancelMove(handle: string): Promise<number>;
  /** Moves the letters that are there now and chosen to the page queue, one by one: one may get there twice, none is lost. */
  moveSome(choose: (letter: DeadLetter) => boolean, options?: MoveOptions): Promise<Moved>;
  /** Removes the letters that are there now and chosen. */
  remove(choose: (letter: DeadLetter) => boolean): Promise<Moved>;
}

/** A task by which SQS moves the messages of a DLQ. */
export interface MoveTask {
  /** Only while it is under way. */
  readonly handle: string | undefined;
  readonly status: 'RUNNING' | 'COMPLETED' | 'CANCELLING' | 'CANCELLED' | 'FAILED';
  /** Messages moved; approximate, and up to a minute late. */
  readonly moved: number;
  /** Messages that were there when it began; undefined before it has. */
  readonly toMove: number | undefined;
  /** Messages per second, where it was told. */
  readonly rate: number | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Of a task that failed, in SQS's words. */
  readonly failure: string | undefined;
}

/** The most messages per second that a move task takes: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html */
export const fastestMove = 500;

/** Finds a source's queues by their names. */
export async function sqsSourceQueues(
  sqs: SQSClient,
  names: { readonly pages: string; readonly dead: string },
): Promise<SourceQueues> {
  const [pages, dead] = await Promise.all([queueUrl(sqs, names.pages), queueUrl(sqs, names.dead)]);
  const urls = { pages, dead };
  return { pages: sqsPageQueue(sqs, urls), dead: sqsDeadLetters(sqs, urls) };
}

/** Removes the letters of one run, before what it misses is tried anew or the run is given up; resolves to their number. */
export async function forgetDeadLetters({ dead }: Pick<SourceQueues, 'dead'>, run: RunName): Promise<number> {
  const { moved } = await dead.remove((letter) => isOfRun(letter, run));
  return moved;
}

function sqsDeadLetters(sqs: SQSClient, urls: QueueUrls): DeadLetters {
  return {
    read: (limit) => peek(sqs, urls.dead, limit),
    async startMove({ rate } = {}) {
      const [source, destination] = await Promise.all([queueArn(sqs, urls.dead), queueArn(sqs, urls.pages)]);
      const { TaskHandle } = await sqs.send(
        new StartMessageMoveTaskCommand({
          SourceArn: source,
          // Named, because a message that a worker has sent here has no original queue that SQS could find out.
          DestinationArn: destination,
          MaxNumberOfMessagesPerSecond: rate,
        }),
      );
      if (!TaskHandle) throw new TransientError('SQS started to move messages and gave no handle for it');
      return TaskHandle;
    },
    async moves() {
      const SourceArn = await queueArn(sqs, urls.dead);
      const { Results = [] } = await sqs.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 10 }));
      return Results.map(toTask);
    },
    async cancelMove(handle) {
      const answer = await sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle: handle }));
      return Number(answer.ApproximateNumberOfMessagesMoved ?? 0);
    },
    moveSome: (choose, options) => moveLetters({ sqs, from: urls.dead, to: urls.pages }, choose, options),
    remove: (choose) => moveLetters({ sqs, from: urls.dead, to: undefined }, choose),
  };
}

async function queueArn(sqs: SQSClient, url: string): Promise<string> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  if (!Attributes.QueueArn) throw new TransientError(`SQS gave no ARN for the queue ${url}`);
  return Attributes.QueueArn;
}

const statuses = ['RUNNING', 'COMPLETED', 'CANCELLING', 'CANCELLED', 'FAILED'] as const;

function toTask(entry: ListMessageMoveTasksResultEntry): MoveTask {
  const status = statuses.find((one) => one === entry.Status);
  if (!status) throw new TransientError(`SQS told an unknown state of a move: ${entry.Status}`);
  return {
    handle: entry.TaskHandle,
    status,
    moved: Number(entry.ApproximateNumberOfMessagesMoved ?? 0),
    toMove: entry.ApproximateNumberOfMessagesToMove,
    rate: entry.MaxNumberOfMessagesPerSecond,
    startedAt: Number(entry.StartedTimestamp ?? 0),
    failure: entry.FailureReason,
  };
}
