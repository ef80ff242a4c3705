import { once } from 'node:events';
import { connect } from 'node:net';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { ConfigurationError } from '../../../core/errors';
import { ManualClock } from './manual-clock';
import { type RunningAws, region, runAws } from './running-aws';

let running: RunningAws;
let clock: ManualClock;
let QueueUrl: string;
let deadUrl: string;

beforeEach(async () => {
  clock = new ManualClock();
  running = await runAws({ clock });
  const dead = running.aws.createQueue({ name: 'dead', attributes: { MessageRetentionPeriod: '1209600' } });
  deadUrl = dead.url;
  ({ url: QueueUrl } = running.aws.createQueue({
    name: 'pages',
    attributes: {
      VisibilityTimeout: '60',
      SqsManagedSseEnabled: 'true',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 }),
    },
  }));
});
afterEach(() => running.stop());

const send = (MessageBody: string, more: object = {}) =>
  running.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
const receive = async (more: object = {}) =>
  (await running.sqs.send(new ReceiveMessageCommand({ QueueUrl, ...more }))).Messages ?? [];

test('a queue has the URL and ARN of its account and region', async () => {
  expect(QueueUrl).toBe(`${running.aws.url}/000000000000/pages`);
  const found = await running.sqs.send(new GetQueueUrlCommand({ QueueName: 'pages' }));
  expect(found.QueueUrl).toBe(QueueUrl);
  expect(running.aws.queue('pages')).toMatchObject({
    url: QueueUrl,
    arn: `arn:aws:sqs:${region}:000000000000:pages`,
  });
});

test('a message comes with its attributes, digests and counts', async () => {
  const MessageAttributes = {
    reason: { DataType: 'String', StringValue: 'permanent' },
    status: { DataType: 'Number', StringValue: '404' },
    bytes: { DataType: 'Binary', BinaryValue: Buffer.from([0, 1, 255]) },
  };
  const { MessageId, MD5OfMessageAttributes } = await send('{"page":1}', { MessageAttributes });
  const sentAt = clock.now();
  clock.advance(3);
  const [message] = await receive({
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['All'],
  });
  expect(message).toMatchObject({
    MessageId,
    Body: '{"page":1}',
    MD5OfMessageAttributes,
    MessageAttributes: {
      reason: { DataType: 'String', StringValue: 'permanent' },
      bytes: { BinaryValue: new Uint8Array([0, 1, 255]) },
    },
    Attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(sentAt),
      ApproximateFirstReceiveTimestamp: String(sentAt + 3000),
      SenderId: 'admin',
    },
  });
  clock.advance(60);
  const [again] = await receive({
    MessageAttributeNames: ['rea.*', 'status'],
    AttributeNames: ['ApproximateReceiveCount'],
  });
  expect(Object.keys(again?.MessageAttributes ?? {}).sort()).toEqual(['reason', 'status']);
  expect(again?.Attributes).toEqual({ ApproximateReceiveCount: '2' });
});

test('visibility, deletion, depth and the dead-letter queue, from outside and inside the process', async () => {
  await send('a');
  await send('b', { DelaySeconds: 100 });
  const [first] = await receive({ MaxNumberOfMessages: 10 });
  const depths = async (url = QueueUrl) => {
    const AttributeNames = [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    ] as const;
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...AttributeNames] });
    const { Attributes } = await running.sqs.send(command);
    return AttributeNames.map((name) => Number(Attributes?.[name]));
  };
  expect(await depths()).toEqual([0, 1, 1]);
  expect(running.aws.queue('pages').depth()).toEqual({ waiting: 0, inFlight: 1, delayed: 1 });
  await running.sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl,
      ReceiptHandle: first?.ReceiptHandle,
      VisibilityTimeout: 0,
    }),
  );
  const [second] = await receive({ VisibilityTimeout: 5 });
  expect(second?.MessageId).toBe(first?.MessageId);
  clock.advance(5);
  expect(await receive()).toEqual([]);
  expect(await depths(deadUrl)).toEqual([1, 0, 0]);
  const [dead] = await receive({ QueueUrl: deadUrl, MessageSystemAttributeNames: ['All'] });
  expect(dead?.MessageId).toBe(first?.MessageId);
  expect(dead?.Attributes?.DeadLetterQueueSourceArn).toBe(running.aws.queue('pages').arn);
  await running.sqs.send(new DeleteMessageCommand({ QueueUrl: deadUrl, ReceiptHandle: dead?.ReceiptHandle }));
  expect(await depths(deadUrl)).toEqual([0, 0, 0]);
  const all = await running.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  expect(all.Attributes).toMatchObject({
    VisibilityTimeout: '60',
    SqsManagedSseEnabled: 'true',
    RedrivePolicy: expect.stringContaining('"maxReceiveCount":2'),
    QueueArn: running.aws.queue('pages').arn,
  });
  expect(running.aws.queue('pages').attributes()).toEqual(all.Attributes);
});

test('a long poll waits for a message, and a client that leaves takes none', async () => {
  const body = JSON.stringify({ QueueUrl, WaitTimeSeconds: 20 });
  const { hostname, port } = new URL(running.aws.url);
  const leaving = connect(Number(port), hostname);
  leaving.write(
    `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\nx-amz-target: AmazonSQS.ReceiveMessage\r\nauthorization: AWS4-HMAC-SHA256 Credential=ADMIN/20300101/${region}/sqs/aws4_request\r\n\r\n${body}`,
  );
  while (clock.sleepers === 0) await new Promise(setImmediate);
  leaving.destroy();
  await once(leaving, 'close');
  while (clock.sleepers > 0) await new Promise(setImmediate);
  const waiting = receive({ WaitTimeSeconds: 20 });
  while (clock.sleepers === 0) await new Promise(setImmediate);
  await send('a');
  expect(await waiting).toMatchObject([{ Body: 'a' }]);
});

test('closing ends long polls at once, without messages', async () => {
  const waiting = receive({ WaitTimeSeconds: 20 });
  while (clock.sleepers === 0) await new Promise(setImmediate);
  await running.aws.close();
  expect(await waiting).toEqual([]);
});

describe('batches', () => {
  const batch = (Entries: { Id: string; MessageBody: string; DelaySeconds?: number }[]) =>
    running.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  const entries = (count: number, MessageBody = 'x') =>
    Array.from({ length: count }, (_, index) => ({ Id: `${index}`, MessageBody }));

  test('of ten are sent; an entry that is wrong fails alone', async () => {
    const all = entries(10);
    all[3] = { Id: '3', MessageBody: 'x', DelaySeconds: 901 } as never;
    all[5] = { Id: '5', MessageBody: 'bad \u0001' };
    const { Successful = [], Failed = [] } = await batch(all);
    expect(Successful).toHaveLength(8);
    expect(Failed).toMatchObject([
      { Id: '3', SenderFault: true, Code: 'InvalidParameterValue' },
      { Id: '5', Code: 'InvalidMessageContents' },
    ]);
    expect(running.aws.queue('pages').depth().waiting).toBe(8);
    expect(new Set(Successful.map(({ MessageId }) => MessageId)).size).toBe(8);
  });

  test.each([
    ['TooManyEntriesInBatchRequest', () => entries(11)],
    ['EmptyBatchRequest', () => []],
    ['BatchEntryIdsNotDistinct', () => [...entries(1), ...entries(1)]],
    ['InvalidBatchEntryId', () => [{ Id: 'a b', MessageBody: 'x' }]],
    ['BatchRequestTooLong', () => entries(2, 'x'.repeat(600_000))],
  ])('are %s', async (name, make) => {
    await expect(batch(make())).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode: 400, attempts: 1 },
    });
    expect(running.aws.queue('pages').depth().waiting).toBe(0);
  });

  test('of one MiB in all are not too long', async () => {
    expect((await batch(entries(2, 'x'.repeat(524_288)))).Successful).toHaveLength(2);
  });
});

describe('errors', () => {
  test('have the names that AWS gives them', async () => {
    const missing = QueueUrl.replace('pages', 'other');
    await expect(send('x', { QueueUrl: missing })).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
      $metadata: { httpStatusCode: 400 },
    });
    const nonsense = new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'nonsense' });
    await expect(running.sqs.send(nonsense)).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
    await expect(send('x'.repeat(1_048_577))).rejects.toThrow('Message must be shorter than 1048576 bytes');
    await expect(send('\u0000')).rejects.toMatchObject({ name: 'InvalidMessageContents' });
    await expect(receive({ MaxNumberOfMessages: 11 })).rejects.toThrow('MaxNumberOfMessages');
    await expect(receive({ AttributeNames: ['Nonsense'] })).rejects.toMatchObject({
      name: 'InvalidAttributeName',
    });
    await send('x');
    const [message] = await receive();
    clock.advance(60);
    const late = new ChangeMessageVisibilityCommand({
      QueueUrl,
      ReceiptHandle: message?.ReceiptHandle,
      VisibilityTimeout: 1,
    });
    await expect(running.sqs.send(late)).rejects.toMatchObject({ name: 'MessageNotInflight' });
  });

  test('calls and parameters that Baseload does not use are 501 with their name', async () => {
    await expect(running.sqs.send(new PurgeQueueCommand({ QueueUrl }))).rejects.toMatchObject({
      name: 'NotImplemented',
      message: 'The local AWS does not speak SQS PurgeQueue.',
      $metadata: { httpStatusCode: 501, attempts: 1 },
    });
    await expect(send('x', { MessageGroupId: 'a' })).rejects.toThrow('SQS SendMessage with MessageGroupId');
  });

  test('other services are 501 with the service’s and the call’s name', async () => {
    const response = await fetch(running.aws.url, {
      method: 'POST',
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=ADMIN/20300101/eu-central-1/states/aws4_request',
        'x-amz-target': 'AWSStepFunctions.StartExecution',
      },
      body: '{}',
    });
    expect(response.status).toBe(501);
    expect(await response.json()).toMatchObject({
      message: 'The local AWS does not speak states StartExecution.',
    });
  });
});

test('a queue that could not behave as asked is not made', () => {
  const create = (name: string, attributes: Record<string, string>) => () =>
    running.aws.createQueue({ name, attributes });
  expect(create('a', { FifoQueue: 'true', DelaySeconds: '901' })).toThrow(ConfigurationError);
  expect(create('a', { FifoQueue: 'true', DelaySeconds: '901' })).toThrow(
    /FifoQueue is not supported.*|DelaySeconds/,
  );
  expect(create('a', { RedrivePolicy: '{"maxReceiveCount":5}' })).toThrow('RedrivePolicy');
  expect(
    create('a', { RedrivePolicy: '{"maxReceiveCount":5,"deadLetterTargetArn":"arn:aws:sqs:x:0:none"}' }),
  ).toThrow('Create that one first');
  expect(create('a', { RedriveAllowPolicy: '{"redrivePermission":"byQueue"}' })).toThrow(
    'RedriveAllowPolicy',
  );
  expect(create('pages', {})).toThrow('There is a queue pages already');
  expect(create('a.fifo', {})).toThrow('no name for a queue');
  expect(() => running.aws.queue('none')).toThrow('there are: dead, pages');
});

test('a queue is the DLQ of those only that it allows, and says which', async () => {
  const arnOf = (name: string) => running.aws.queue('pages').arn.replace(/pages$/, name);
  const guarded = (name: string, policy: object) =>
    running.aws.createQueue({ name, attributes: { RedriveAllowPolicy: JSON.stringify(policy) } });
  const byQueue = { redrivePermission: 'byQueue', sourceQueueArns: [arnOf('mine')] };
  const { url } = guarded('guarded', byQueue);
  guarded('closed', { redrivePermission: 'denyAll' });
  guarded('open', { redrivePermission: 'allowAll' });
  const from = (name: string, dead: string) => () =>
    running.aws.createQueue({
      name,
      attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(dead), maxReceiveCount: 5 }) },
    });
  expect(from('theirs', 'guarded')).toThrow(
    'The queue theirs may not have guarded as its dead-letter queue: name',
  );
  expect(from('theirs', 'closed')).toThrow(ConfigurationError);
  from('mine', 'guarded')();
  from('theirs', 'open')();
  const asked = await running.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['RedriveAllowPolicy'] }),
  );
  expect(JSON.parse(asked.Attributes?.RedriveAllowPolicy ?? '')).toEqual(byQueue);
});
