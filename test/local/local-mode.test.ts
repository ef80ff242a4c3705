import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ConfigurationError } from '../../core/errors';
import type { LocalMode } from '../../local/local-mode';
import { startLocalMode } from '../../local/local-mode';

/** A project with one worker: it writes the body of each message to the lake, and knows nothing of local mode. */
const app = `
  import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
  import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
  import { Code, Function, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
  import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
  import { Bucket } from 'aws-cdk-lib/aws-s3';
  import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
  import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
  import { Queue } from 'aws-cdk-lib/aws-sqs';
  const app = new App();
  const stack = new Stack(app, 'baseload-' + app.node.tryGetContext('environment'));
  const lake = new Bucket(stack, 'Lake');
  const pages = new Queue(stack, 'Pages', { queueName: 'pages', visibilityTimeout: Duration.seconds(60) });
  const worker = new Function(stack, 'Worker', {
    functionName: 'worker',
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset('code'),
    timeout: Duration.seconds(10),
    memorySize: 256,
    loggingFormat: LoggingFormat.JSON,
    environment: { LAKE_BUCKET: lake.bucketName, GREETING: app.node.tryGetContext('greeting') ?? 'none' },
  });
  worker.addToRolePolicy(new PolicyStatement({ actions: ['s3:PutObject'], resources: [lake.arnForObjects('stage/*')] }));
  worker.addEventSource(new SqsEventSource(pages, { batchSize: 1, maxConcurrency: 2, reportBatchItemFailures: true }));
  for (const name of ['allowed', 'forbidden']) {
    const role = new Role(stack, name + 'Role', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    if (name === 'allowed') worker.grantInvoke(role);
    new CfnSchedule(stack, name, {
      name, scheduleExpression: 'cron(0 3 * * ? *)', flexibleTimeWindow: { mode: 'OFF' },
      target: { arn: worker.functionArn, roleArn: role.roleArn, input: '{}' },
    });
  }
  new CfnOutput(stack, 'LakeBucket', { value: lake.bucketName });
`;

const bundle = `
  import { createRequire } from 'node:module';
  const { PutObjectCommand, S3Client } = createRequire(import.meta.url)('@aws-sdk/client-s3');
  const s3 = new S3Client({});
  const put = (Key, Body) => s3.send(new PutObjectCommand({ Bucket: process.env.LAKE_BUCKET, Key, Body }));
  export const handler = async ({ Records = [], fail, forbidden, sleep }) => {
    if (fail) throw new RangeError('no page ' + fail);
    if (forbidden) await put('raw/x', 'x');
    if (sleep) { console.log('sleeping'); await new Promise((resolve) => setTimeout(resolve, sleep)); }
    for (const { body, messageId } of Records) await put('stage/' + messageId + '.txt', body);
    console.log(JSON.stringify({
      _aws: { CloudWatchMetrics: [{ Namespace: 'Test', Dimensions: [['service']], Metrics: [{ Name: 'Written' }] }] },
      service: 'orders', Written: Records.length,
    }));
    return process.env.GREETING;
  };
`;

let root: string;
let local: LocalMode | undefined;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'baseload-test-'));
  symlinkSync(resolve(__dirname, '../../node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, 'cdk.json'), '{}');
  for (const folder of ['bin', 'code']) mkdirSync(join(root, folder));
  writeFileSync(join(root, 'bin/app.ts'), app);
  writeFileSync(join(root, 'code/index.mjs'), bundle);
});

afterEach(async () => {
  await local?.stop({ graceMilliseconds: 0 });
  local = undefined;
  rmSync(root, { recursive: true, force: true });
});

async function start(context: Record<string, unknown> = {}): Promise<LocalMode> {
  local = await startLocalMode({ projectRoot: root, context, secret: () => undefined });
  return local;
}

test('a message travels from the queue through the deployed function into the lake', async () => {
  const mode = await start();
  expect(mode.functions).toEqual(['worker']);
  expect(mode.lakeBucket).toBe('baseload-local-lake');
  const client = {
    endpoint: mode.endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: mode.accessKeyId, secretAccessKey: 'x' },
  };
  const sqs = new SQSClient(client);
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'pages' }));
  const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'ten records' }));
  const written = new Promise((resolve, reject) => {
    mode.on('metrics', resolve);
    mode.on('log', ({ line }) => reject(new Error(line)));
  });
  await mode.eventSources.start();
  expect(await written).toEqual({
    invocation: expect.stringMatching(/^[0-9a-f-]{36}$/),
    namespace: 'Test',
    dimensions: { service: 'orders' },
    values: { Written: 1 },
  });
  await expect(mode.eventSources.stop(1000)).resolves.toBe(0);
  const Key = `stage/${MessageId}.txt`;
  const { Body } = await new S3Client(client).send(new GetObjectCommand({ Bucket: mode.lakeBucket, Key }));
  expect(await Body?.transformToString()).toBe('ten records');
  expect(readFileSync(join(mode.lakeDirectory, Key), 'utf8')).toBe('ten records');
});

test('invoke gives the function’s result or its error, and context reaches the template', async () => {
  const mode = await start({ greeting: 'hello' });
  await expect(mode.invoke('worker', {})).resolves.toEqual({ result: 'hello' });
  await expect(mode.invoke('worker', { fail: 7 })).rejects.toMatchObject({
    name: 'RangeError',
    message: 'no page 7',
  });
  await expect(mode.invoke('worker', { forbidden: true })).rejects.toThrow(
    'not authorized to perform: s3:PutObject on resource: arn:aws:s3:::baseload-local-lake/raw/x',
  );
  await expect(mode.invoke('nobody', {})).rejects.toThrow(
    "There is no function 'nobody' in the stack: it has worker.",
  );
});

test('a schedule invokes its function with its own role, and what was decided can be read', async () => {
  const mode = await start({ greeting: 'on time' });
  await expect(mode.invokeSchedule('allowed')).resolves.toEqual({ result: 'on time' });
  await expect(mode.invokeSchedule('forbidden')).rejects.toThrow(
    'forbiddenrole is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-central-1:000000000000:function:worker',
  );
  await expect(mode.invokeSchedule('yearly')).rejects.toThrow(
    "There is no schedule 'yearly' in the stack: it has allowed, forbidden.",
  );
  expect(mode.decisions()).toMatchObject([
    { principal: 'baseload-local-allowedrole', action: 'lambda:InvokeFunction', allowed: true, calls: 1 },
    { principal: 'baseload-local-forbiddenrole', action: 'lambda:InvokeFunction', allowed: false, calls: 1 },
  ]);
  expect(mode.grants().get('baseload-local-forbiddenrole')).toEqual([]);
});

test('one project is used by one process at a time, and free again after stop', async () => {
  const first = await start();
  const second = startLocalMode({ projectRoot: root, secret: () => undefined });
  await expect(second).rejects.toThrow(ConfigurationError);
  await first.stop({ graceMilliseconds: 0 });
  expect(existsSync(join(root, '.baseload/lock'))).toBe(false);
  await start();
});

test('stop lets an invocation finish, and its log is complete', async () => {
  const mode = await start({ greeting: 'done' });
  const sleeping = new Promise<void>((resolve) =>
    mode.on('log', ({ line }) => line === 'sleeping' && resolve()),
  );
  const invocation = mode.invoke('worker', { sleep: 300 });
  await sleeping;
  const stopped = mode.stop({ graceMilliseconds: 10_000 });
  await expect(invocation).resolves.toEqual({ result: 'done' });
  await stopped;
  expect(readFileSync(join(root, '.baseload/logs/worker.log'), 'utf8')).toBe('sleeping\n');
});

test('an app that fails leaves nothing behind', async () => {
  writeFileSync(join(root, 'bin/app.ts'), `console.error('geonames: unknown option'); process.exit(2);`);
  await expect(start()).rejects.toThrow('geonames: unknown option');
  expect(existsSync(join(root, '.baseload/lock'))).toBe(false);
});

test('a stack that does not name its lake is refused', async () => {
  writeFileSync(join(root, 'bin/app.ts'), app.replace(/new CfnOutput.*/, ''));
  await expect(start()).rejects.toThrow('The stack baseload-local has no output LakeBucket');
  expect(existsSync(join(root, '.baseload/lock'))).toBe(false);
});
