import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { ConfigurationError } from '../../../core/errors';
import type { LocalAws } from '../../../local/aws/local-aws';
import { startLocalAws } from '../../../local/aws/local-aws';
import { EventSource } from '../../../local/lambda/event-source';
import type { EventSourceDefinition } from '../../../local/lambda/event-source-definition';
import { localRegion } from '../../../local/local-account';
import { cleanUp, hostOf, temporaryFolder, until } from './function-fixture';

const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

let aws: LocalAws;
let client: SQSClient;
let queue: { url: string; arn: string };
let sources: EventSource[];

beforeEach(async () => {
  aws = await startLocalAws({ directory: temporaryFolder(), region: localRegion, secret: () => undefined });
  aws.addPrincipal('tester', { name: 'tester', statements: 'all' });
  allow(actions);
  const credentials = { accessKeyId: 'tester', secretAccessKey: 'x' };
  client = new SQSClient({ endpoint: aws.url, region: 'eu-central-1', credentials });
  queue = aws.createQueue({ name: 'pages', attributes: { VisibilityTimeout: '60' } });
  sources = [];
});

afterEach(async () => {
  await Promise.all(sources.map((source) => source.stop(0)));
  client.destroy();
  await cleanUp();
  await aws.close();
});

function allow(Action: readonly string[]) {
  const statement = {
    Effect: 'Allow' as const,
    Action,
    Resource: 'arn:aws:sqs:eu-central-1:000000000000:*',
  };
  aws.addPrincipal('orders-worker', { name: 'orders-worker', statements: [statement] });
}

function sourceOf(
  invoke: (event: SQSEvent) => Promise<unknown>,
  overrides: Partial<EventSourceDefinition> = {},
): EventSource {
  const definition = {
    queueUrl: queue.url,
    queueArn: queue.arn,
    functionName: 'orders-worker',
    timeoutSeconds: 10,
    batchSize: 1,
    maximumConcurrency: 2,
    reportBatchItemFailures: true,
    ...overrides,
  };
  const source = new EventSource(definition, aws.url, (event) => invoke(event as SQSEvent));
  sources.push(source);
  return source;
}

async function send(...bodies: string[]): Promise<void> {
  for (let i = 0; i < bodies.length; i += 10) {
    const Entries = bodies.slice(i, i + 10).map((MessageBody, j) => ({ Id: String(j), MessageBody }));
    await client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
  }
}

/** Messages that wait, and messages that somebody has received. */
async function depth(): Promise<[number, number]> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ['All'] }),
  );
  return [
    Number(Attributes?.ApproximateNumberOfMessages),
    Number(Attributes?.ApproximateNumberOfMessagesNotVisible),
  ];
}

/** An invocation that ends when the test says so. */
function gate() {
  const waiting: (() => void)[] = [];
  return {
    waiting,
    pass: () => new Promise<void>((resolve) => waiting.push(resolve)),
    open: () => {
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
}

test('a message becomes the event that Lambda would make of it, and is deleted after success', async () => {
  const events: SQSEvent[] = [];
  await client.send(
    new SendMessageCommand({
      QueueUrl: queue.url,
      MessageBody: '{"page": 1}',
      MessageAttributes: {
        reason: { DataType: 'String', StringValue: 'why' },
        bytes: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]) },
      },
    }),
  );
  const source = sourceOf(async (event) => {
    events.push(event);
  });
  await source.start();
  await until(() => events.length === 1, 5000, 'an invocation');
  expect(events[0]).toEqual({
    Records: [
      {
        messageId: expect.stringMatching(/./),
        receiptHandle: expect.stringMatching(/./),
        body: '{"page": 1}',
        attributes: expect.objectContaining({
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        }),
        messageAttributes: {
          reason: { dataType: 'String', stringValue: 'why', stringListValues: [], binaryListValues: [] },
          bytes: { dataType: 'Binary', binaryValue: 'AP8=', stringListValues: [], binaryListValues: [] },
        },
        md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
        md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
        eventSource: 'aws:sqs',
        eventSourceARN: queue.arn,
        awsRegion: 'eu-central-1',
      },
    ],
  });
  await source.pause(1000);
  expect(await depth()).toEqual([0, 0]);
});

test('never more invocations at once than allowed, and no message is received beyond them', async () => {
  await send(...Array.from({ length: 20 }, (_, i) => `${i}`));
  const { waiting, pass, open } = gate();
  let running = 0;
  let most = 0;
  const seen: string[] = [];
  const source = sourceOf(
    async ({ Records }) => {
      most = Math.max(most, ++running);
      seen.push(...Records.map(({ body }) => body));
      await pass();
      running--;
    },
    { maximumConcurrency: 3 },
  );
  await source.start();
  while (seen.length < 20) {
    const expected = Math.min(3, 20 - (seen.length - running));
    await until(() => waiting.length === expected, 5000, `${expected} invocations`);
    expect(await depth()).toEqual([20 - seen.length, running]);
    open();
    await until(() => waiting.length > 0 || seen.length === 20, 5000, 'the next invocations');
  }
  open();
  await source.pause(5000);
  expect(most).toBe(3);
  expect(seen.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(await depth()).toEqual([0, 0]);
});

test('batches are as large as declared, and only the reported messages stay', async () => {
  await send('0', '1', '2', '3', '4');
  const sizes: number[] = [];
  const source = sourceOf(
    async ({ Records }) => {
      sizes.push(Records.length);
      const failed = Records.filter(({ body }) => Number(body) % 2 === 1);
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    },
    { batchSize: 2, maximumConcurrency: 10 },
  );
  await source.start();
  await until(() => sizes.reduce((a, b) => a + b, 0) === 5, 5000, 'every message');
  await source.pause(1000);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(2);
  expect(await depth()).toEqual([0, 2]);
});

test.each<[string, () => Promise<unknown>, boolean, number[]]>([
  ['an exception', () => Promise.reject(new Error('no')), true, [0, 2]],
  [
    'an invalid response',
    () => Promise.resolve({ batchItemFailures: [{ itemIdentifier: 'z' }] }),
    true,
    [0, 2],
  ],
  ['a response that nobody declared', () => Promise.resolve({ batchItemFailures: 'z' }), false, [0, 0]],
])('after %s the queue holds what it should', async (_, invoke, reportBatchItemFailures, left) => {
  await send('a', 'b');
  const called = jest.fn(invoke);
  const source = sourceOf(called, { batchSize: 1, reportBatchItemFailures });
  await source.start();
  await until(() => called.mock.calls.length === 2, 5000, 'two invocations');
  await source.pause(1000);
  expect(await depth()).toEqual(left);
});

test('a message whose process ended by itself comes back within seconds, whatever its visibility timeout', async () => {
  allow([...actions, 'sqs:ChangeMessageVisibility']);
  await send('a');
  const { host } = hostOf(
    `export const handler = async ({ Records }) => { if (Records[0].attributes.ApproximateReceiveCount < 3) process.exit(3); };`,
  );
  const endings: unknown[] = [];
  host.on('process-ended', (ended) => endings.push(ended));
  const problems: Error[] = [];
  let done = false;
  const source = sourceOf(async (event) => {
    await host.invoke(event);
    done = true;
  }).on('problem', (error) => problems.push(error));
  await source.start();
  await until(() => done, 15_000, 'the third receive');
  await source.pause(1000);
  expect(endings).toEqual(Array(2).fill({ functionName: 'orders-worker', how: 'exit status 3' }));
  expect(problems).toEqual([]);
  expect(await depth()).toEqual([0, 0]);
});

test('a failed message comes back with a higher receive count', async () => {
  queue = aws.createQueue({ name: 'impatient', attributes: { VisibilityTimeout: '1' } });
  await send('a');
  const counts: string[] = [];
  const source = sourceOf(
    async ({ Records }) => {
      counts.push(Records[0]?.attributes.ApproximateReceiveCount ?? '');
      if (counts.length < 3) throw new Error('again');
    },
    { timeoutSeconds: 1 },
  );
  await source.start();
  await until(() => counts.length === 3, 10_000, 'three receives');
  expect(counts).toEqual(['1', '2', '3']);
});

describe('pause', () => {
  test('waits for invocations in flight, leaves the rest in the queue, and start goes on', async () => {
    await send('a', 'b', 'c', 'd');
    const { waiting, pass, open } = gate();
    const source = sourceOf(pass);
    await source.start();
    await until(() => waiting.length === 2, 5000, 'two invocations');
    let settled = false;
    const paused = source.pause(10_000).finally(() => {
      settled = true;
    });
    expect(await depth()).toEqual([2, 2]);
    expect(settled).toBe(false);
    open();
    await expect(paused).resolves.toBe(0);
    expect(await depth()).toEqual([2, 0]);
    await source.start();
    await until(() => waiting.length === 2, 5000, 'the other two');
    open();
  });

  test('does not wait longer than the grace', async () => {
    await send('a');
    const { waiting, pass, open } = gate();
    const source = sourceOf(pass);
    await source.start();
    await until(() => waiting.length === 1, 5000, 'an invocation');
    await expect(source.pause(20)).resolves.toBe(1);
    open();
  });
});

describe('permissions', () => {
  test('a function that may not look at its queue is refused at start', async () => {
    allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage']);
    const started = sourceOf(async () => undefined).start();
    await expect(started).rejects.toThrow(ConfigurationError);
    await expect(started).rejects.toThrow('not authorized to perform: sqs:GetQueueAttributes');
  });

  test.each(['sqs:ReceiveMessage', 'sqs:DeleteMessage'])(
    'a function without %s is reported',
    async (missing) => {
      allow(actions.filter((action) => action !== missing));
      await send('a');
      const problems: Error[] = [];
      const source = sourceOf(async () => undefined).on('problem', (error) => problems.push(error));
      await source.start();
      await until(() => problems.length > 0, 5000, 'a problem');
      expect(problems[0]?.message).toContain(`not authorized to perform: ${missing}`);
    },
  );
});

test('a queue that hides messages for less than the function’s timeout is refused, as AWS does', async () => {
  const started = sourceOf(async () => undefined, { timeoutSeconds: 61 }).start();
  await expect(started).rejects.toThrow('hides a message for 60 s, but orders-worker may run for 61 s');
});

test('with a real function every message is handled once, on warm processes', async () => {
  const { host } = hostOf(
    `export const handler = async ({ Records }) => ({ pid: process.pid, bodies: Records.map((record) => record.body) });`,
  );
  await send(...Array.from({ length: 60 }, (_, i) => `${i}`));
  const answers: { pid: number; bodies: string[] }[] = [];
  const source = sourceOf(async (event) => {
    answers.push(Object(await host.invoke(event)));
  });
  await source.start();
  await until(() => answers.length === 60, 20_000, 'every message');
  await source.pause(5000);
  expect(new Set(answers.map(({ pid }) => pid)).size).toBeLessThanOrEqual(2);
  expect(new Set(answers.flatMap(({ bodies }) => bodies)).size).toBe(60);
  expect(await depth()).toEqual([0, 0]);
  const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: queue.url }));
  expect(Messages ?? []).toEqual([]);
});
