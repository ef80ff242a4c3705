import {
  CancelMessageMoveTaskCommand,
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { ManualClock } from './manual-clock';
import { type RunningAws, runAws } from './running-aws';

let running: RunningAws;
let clock: ManualClock;
let dead: { url: string; arn: string };
let pages: { url: string; arn: string };
let other: { url: string; arn: string };

beforeEach(async () => {
  clock = new ManualClock();
  running = await runAws({ clock });
  const { aws } = running;
  dead = aws.createQueue({ name: 'dead', attributes: {} });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
  pages = aws.createQueue({ name: 'pages', attributes: { VisibilityTimeout: '5', RedrivePolicy } });
  other = aws.createQueue({ name: 'other', attributes: {} });
});
afterEach(() => running.stop());

const send = (QueueUrl: string, MessageBody: string, more: object = {}) =>
  running.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
const start = (input: object = {}) =>
  running.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: dead.arn, ...input }));
const list = async (MaxResults = 10) =>
  (await running.sqs.send(new ListMessageMoveTasksCommand({ SourceArn: dead.arn, MaxResults }))).Results ??
  [];
const cancel = (TaskHandle: string | undefined) =>
  running.sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }));

async function receiveAll(QueueUrl: string): Promise<Message[]> {
  const all: Message[] = [];
  for (;;) {
    const { Messages = [] } = await running.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    if (Messages.length === 0) return all;
    all.push(...Messages);
  }
}
const bodies = async (url: string) => (await receiveAll(url)).map(({ Body }) => Body).sort();

/** Until the latest task is no longer under way; time does not pass. */
async function ended() {
  for (;;) {
    const [task] = await list(1);
    if (task?.Status !== 'RUNNING') return task;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Until the latest task has moved as many; time does not pass. */
async function hasMoved(count: number) {
  for (;;) {
    const [task] = await list(1);
    if ((task?.ApproximateNumberOfMessagesMoved ?? 0) >= count) return task;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a task moves every message to the queue that it names, as a new message with its attributes', async () => {
  const MessageAttributes = { reason: { DataType: 'String', StringValue: 'HTTP 500' } };
  const sent = await send(dead.url, 'a', { MessageAttributes });
  for (let count = 0; count < 1234; count++) await send(dead.url, `m${count}`);
  clock.advance(60);
  const { TaskHandle } = await start({ DestinationArn: pages.arn });
  expect(JSON.parse(Buffer.from(TaskHandle ?? '', 'base64').toString())).toMatchObject({
    sourceArn: dead.arn,
  });
  const task = await ended();
  expect(task).toEqual({
    Status: 'COMPLETED',
    SourceArn: dead.arn,
    DestinationArn: pages.arn,
    ApproximateNumberOfMessagesMoved: 1235,
    ApproximateNumberOfMessagesToMove: 1235,
    StartedTimestamp: clock.now(),
  });
  const moved = await receiveAll(pages.url);
  expect(moved).toHaveLength(1235);
  const one = moved.find(({ Body }) => Body === 'a');
  expect(one).toMatchObject({
    MessageAttributes,
    Attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(clock.now()) },
  });
  expect(one?.MessageId).not.toBe(sent.MessageId);
  expect(one?.Attributes?.DeadLetterQueueSourceArn).toBeUndefined();
  expect(await receiveAll(dead.url)).toEqual([]);
}, 30_000);

test('without a destination a message goes back to where it came from, and one that came from nowhere ends the task', async () => {
  await send(pages.url, 'poison');
  await receiveAll(pages.url);
  clock.advance(5);
  expect(await bodies(pages.url)).toEqual([]); // it is dead now
  await start();
  expect(await ended()).toMatchObject({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 1 });
  expect((await list(1))[0]?.DestinationArn).toBeUndefined();
  expect(await bodies(pages.url)).toEqual(['poison']);

  await send(dead.url, 'sent here by a worker');
  await start();
  expect(await ended()).toMatchObject({
    Status: 'FAILED',
    FailureReason: 'CouldNotDetermineMessageSource',
    ApproximateNumberOfMessagesMoved: 0,
  });
  expect(await bodies(dead.url)).toEqual(['sent here by a worker']);
});

test('a rate bounds how many are moved in a second', async () => {
  for (const body of ['a', 'b', 'c', 'd']) await send(dead.url, body);
  await start({ DestinationArn: other.arn, MaxNumberOfMessagesPerSecond: 2 });
  expect(await hasMoved(1)).toMatchObject({
    Status: 'RUNNING',
    MaxNumberOfMessagesPerSecond: 2,
    ApproximateNumberOfMessagesMoved: 1,
    ApproximateNumberOfMessagesToMove: 4,
    TaskHandle: expect.any(String),
  });
  for (const moved of [2, 3, 4]) {
    clock.advance(0.4);
    expect((await list(1))[0]?.ApproximateNumberOfMessagesMoved).toBe(moved - 1);
    clock.advance(0.1);
    await hasMoved(moved);
  }
  expect(await ended()).toMatchObject({ Status: 'COMPLETED' });
  expect(await bodies(other.url)).toEqual(['a', 'b', 'c', 'd']);
});

test('a cancelled task leaves the rest where it is, and another one can begin', async () => {
  for (const body of ['a', 'b', 'c']) await send(dead.url, body);
  const { TaskHandle } = await start({ DestinationArn: other.arn, MaxNumberOfMessagesPerSecond: 1 });
  await hasMoved(1);
  await expect(start({ DestinationArn: other.arn })).rejects.toMatchObject({
    name: 'InvalidParameterValue',
    message: expect.stringContaining('Only one active task'),
  });
  expect(await cancel(TaskHandle)).toMatchObject({ ApproximateNumberOfMessagesMoved: 1 });
  clock.advance(10);
  const [cancelled] = await list(1);
  expect(cancelled).toMatchObject({ Status: 'CANCELLED', ApproximateNumberOfMessagesMoved: 1 });
  expect(cancelled?.TaskHandle).toBeUndefined();
  await expect(cancel(TaskHandle)).rejects.toMatchObject({ name: 'InvalidParameterValue' });

  await start({ DestinationArn: other.arn });
  await ended();
  expect((await list()).map(({ Status }) => Status)).toEqual(['COMPLETED', 'CANCELLED']);
  expect(await list(1)).toHaveLength(1);
  expect(await bodies(other.url)).toEqual(['a', 'b', 'c']);
});

test('a task ends with what was there when it began, also when messages go round in circles', async () => {
  await send(dead.url, 'a');
  await start({ DestinationArn: dead.arn });
  expect(await ended()).toMatchObject({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 1 });
  await start({ DestinationArn: other.arn });
  expect(await ended()).toMatchObject({ ApproximateNumberOfMessagesMoved: 1 });
});

test('messages in flight stay, and an empty queue is done at once', async () => {
  await send(dead.url, 'held');
  const [held] = await receiveAll(dead.url);
  expect(held?.Body).toBe('held');
  await start({ DestinationArn: other.arn });
  expect(await ended()).toMatchObject({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 0 });
  const { Attributes } = await running.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: dead.url, AttributeNames: ['All'] }),
  );
  expect(Attributes?.ApproximateNumberOfMessagesNotVisible).toBe('1');
});

test('what SQS refuses is refused in its words', async () => {
  const gone = dead.arn.replace('dead', 'gone');
  await expect(start({ SourceArn: pages.arn, DestinationArn: other.arn })).rejects.toMatchObject({
    name: 'InvalidParameterValue',
    message: 'Source queue must be configured as a Dead Letter Queue.',
  });
  await expect(start({ DestinationArn: gone })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    $metadata: { httpStatusCode: 404 },
  });
  await expect(start({ SourceArn: gone })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(start({ MaxNumberOfMessagesPerSecond: 501 })).rejects.toMatchObject({
    name: 'InvalidParameterValue',
  });
  await expect(cancel('foobared')).rejects.toMatchObject({
    name: 'InvalidParameterValue',
    message: 'Value for parameter TaskHandle is invalid.',
  });
  const handle = (sourceArn: string) =>
    Buffer.from(JSON.stringify({ taskId: '10f57157-fc38-4da9-a113-4de7e12d05dd', sourceArn })).toString(
      'base64',
    );
  await expect(cancel(handle(gone))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(cancel(handle(dead.arn))).rejects.toMatchObject({ message: 'Task does not exist.' });
});

test('a task needs the rights on both queues', async () => {
  const onSource = [
    'sqs:StartMessageMoveTask',
    'sqs:ReceiveMessage',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
  ];
  const statements = (actions: string[], target: string[]) => [
    { Effect: 'Allow' as const, Action: actions, Resource: dead.arn },
    { Effect: 'Allow' as const, Action: 'sqs:SendMessage', Resource: target },
  ];
  const cases = [
    ['ALL', statements(onSource, [pages.arn]), true],
    ['NO-TARGET', statements(onSource, [other.arn]), false],
    ...onSource.map(
      (missing) =>
        [
          `NO-${missing.slice(4).toUpperCase()}`,
          statements(
            onSource.filter((one) => one !== missing),
            [pages.arn],
          ),
          false,
        ] as const,
    ),
  ] as const;
  for (const [key, policy, allowed] of cases) {
    running.aws.addPrincipal(key, { name: key, statements: policy });
    const client = new SQSClient(running.as(key));
    const started = client.send(
      new StartMessageMoveTaskCommand({ SourceArn: dead.arn, DestinationArn: pages.arn }),
    );
    if (allowed) {
      await started;
      await ended();
    } else await expect(started).rejects.toMatchObject({ name: 'AccessDenied' });
    client.destroy();
  }
});
