import {
  CancelMessageMoveTaskCommand,
  ListMessageMoveTasksCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import type { Check, Place, Queue } from '../check';
import { assertRefused, assertSame } from '../seen';
import { eventually, eventuallySome } from '../waiting';
import { api, counts, drain, guide, hide, invalidParameter, receiveOne, send, sendMany } from './calls';
import { queuesOf, waitForDeadLetter } from './redrive';

const starting = `${api}/API_StartMessageMoveTask.html`;
const listing = `${api}/API_ListMessageMoveTasks.html`;
const cancelling = `${api}/API_CancelMessageMoveTask.html`;

/** What SQS's documents name for a request that makes no sense; they do not say which one it is. */
const refusals = [
  {
    ...invalidParameter,
    names: [...invalidParameter.names, 'UnsupportedOperation', 'AWS.SimpleQueueService.UnsupportedOperation'],
  },
];
const missing = [
  { names: ['ResourceNotFoundException'], status: 404 },
  { names: ['ResourceNotFoundException'], status: 400 },
];

async function start({ sqs }: Place, from: Queue, to?: Queue, rate?: number): Promise<string> {
  const { TaskHandle = '' } = await sqs.send(
    new StartMessageMoveTaskCommand({
      SourceArn: from.arn,
      DestinationArn: to?.arn,
      MaxNumberOfMessagesPerSecond: rate,
    }),
  );
  return TaskHandle;
}

async function tasksOf({ sqs }: Place, { arn }: Queue) {
  const { Results = [] } = await sqs.send(
    new ListMessageMoveTasksCommand({ SourceArn: arn, MaxResults: 10 }),
  );
  return Results;
}

function cancel({ sqs }: Place, handle: string) {
  return sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle: handle }));
}

/** Move tasks: how all dead letters are redriven. */
export const moveChecks: readonly Check[] = [
  {
    id: 'sqs-move',
    behaviour:
      'StartMessageMoveTask moves all of a DLQ to the queue named, and ListMessageMoveTasks then says COMPLETED',
    document: starting,
    async run(place) {
      const { pages, dead } = await queuesOf(place);
      const bodies = await sendMany(place, dead, 25);
      await eventually(place, [25, 0, 0], () => counts(place, dead));
      await start(place, dead, pages);
      await eventually(place, ['COMPLETED'], async () =>
        (await tasksOf(place, dead)).map(({ Status }) => Status ?? ''),
      );
      assertSame('what came to the page queue', await drain(place, pages, 25), bodies.sort());
      await eventually(place, [0, 0, 0], () => counts(place, dead));
      const [task] = await tasksOf(place, dead);
      assertSame('the destination listed', task?.DestinationArn, pages.arn);
      assertSame('a handle of a task that is over', task?.TaskHandle, undefined);
    },
  },
  {
    id: 'sqs-move-counts',
    behaviour:
      'ListMessageMoveTasks has when a task began, how much it was to move, and in the end how much it moved',
    document: listing,
    async run(place) {
      const { pages, dead } = await queuesOf(place);
      await sendMany(place, dead, 10);
      await eventually(place, [10, 0, 0], () => counts(place, dead));
      await start(place, dead, pages, 100);
      await eventually(place, [10, 10, 100, true], async () => {
        const [task] = await tasksOf(place, dead);
        const isNow = Math.abs(Date.now() - Number(task?.StartedTimestamp)) < 600_000;
        return [
          task?.ApproximateNumberOfMessagesMoved,
          task?.ApproximateNumberOfMessagesToMove,
          task?.MaxNumberOfMessagesPerSecond,
          isNow,
        ];
      });
    },
  },
  {
    id: 'sqs-move-anew',
    behaviour:
      'a message that was moved is a new one: its first delivery counts 1, so that it is not given up at once',
    document: `${guide}/sqs-configure-dead-letter-queue-redrive.html`,
    async run(place) {
      const queues = await queuesOf(place);
      await send(place, queues.pages, 'a message');
      const letter = await waitForDeadLetter(place, queues);
      await hide(place, queues.dead, letter, 0);
      await start(place, queues.dead, queues.pages);
      const again = await receiveOne(place, queues.pages);
      assertSame(
        'the body and the count',
        [again.Body, again.Attributes?.ApproximateReceiveCount],
        ['a message', '1'],
      );
    },
  },
  {
    id: 'sqs-move-home',
    behaviour: 'without a destination a task moves what a queue gave up back to that queue',
    document: starting,
    async run(place) {
      const queues = await queuesOf(place);
      await send(place, queues.pages, 'a message');
      const letter = await waitForDeadLetter(place, queues);
      await hide(place, queues.dead, letter, 0);
      await start(place, queues.dead);
      assertSame('the body', (await receiveOne(place, queues.pages)).Body, 'a message');
    },
  },
  {
    id: 'sqs-move-twice',
    behaviour: 'a second task of a DLQ is refused while one is under way',
    document: starting,
    async run(place) {
      const { pages, dead } = await queuesOf(place);
      await sendMany(place, dead, 30);
      await eventually(place, [30, 0, 0], () => counts(place, dead));
      await start(place, dead, pages, 1);
      await assertRefused('a second task', start(place, dead, pages), ...refusals);
    },
  },
  {
    id: 'sqs-move-cancel',
    behaviour: 'CancelMessageMoveTask ends a task: what was moved stays moved, the rest stays in the DLQ',
    document: cancelling,
    async run(place) {
      const { pages, dead } = await queuesOf(place);
      await sendMany(place, dead, 30);
      await eventually(place, [30, 0, 0], () => counts(place, dead));
      const handle = await start(place, dead, pages, 1);
      await eventuallySome(place, 'a running task with its handle', async () =>
        (await tasksOf(place, dead)).find((task) => task.Status === 'RUNNING' && task.TaskHandle === handle),
      );
      const { ApproximateNumberOfMessagesMoved: moved = -1 } = await cancel(place, handle);
      assertSame('a number of messages moved', moved >= 0 && moved < 30, true);
      await eventually(place, ['CANCELLED'], async () =>
        (await tasksOf(place, dead)).map(({ Status }) => Status ?? ''),
      );
      await eventually(place, 30, async () => {
        const [waiting, there] = [await counts(place, dead), await counts(place, pages)];
        return waiting[0] + there[0];
      });
      assertSame('letters left in the DLQ', (await counts(place, dead))[0] > 0, true);
    },
  },
  {
    id: 'sqs-move-cancel-over',
    behaviour: 'CancelMessageMoveTask of a task that is over is refused',
    document: cancelling,
    async run(place) {
      const { pages, dead } = await queuesOf(place);
      await send(place, dead, 'a letter');
      const handle = await start(place, dead, pages);
      await eventually(place, ['COMPLETED'], async () =>
        (await tasksOf(place, dead)).map(({ Status }) => Status ?? ''),
      );
      await assertRefused('the call', cancel(place, handle), ...refusals, ...missing);
    },
  },
  {
    id: 'sqs-move-no-dlq',
    behaviour: 'StartMessageMoveTask from a queue that is nobody’s DLQ is refused',
    document: starting,
    async run(place) {
      const { pages, dead } = await queuesOf(place);
      await assertRefused('the call', start(place, pages, dead), ...refusals);
    },
  },
  {
    id: 'sqs-move-missing',
    behaviour: 'move tasks of a queue that does not exist are ResourceNotFoundException',
    document: starting,
    async run(place) {
      const { pages, dead } = await queuesOf(place);
      const nobody = { ...dead, arn: dead.arn.replace(dead.name, place.name('nobody')) };
      await assertRefused('StartMessageMoveTask', start(place, nobody, pages), ...missing);
      await assertRefused('ListMessageMoveTasks', tasksOf(place, nobody), ...missing);
    },
  },
];
