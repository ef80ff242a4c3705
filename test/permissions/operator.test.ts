import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { s3Lake } from '../../aws/lake';
import { sqsPageQueue } from '../../aws/page-queue';
import { dlq } from '../../cli/dlq';
import { giveUpRanges } from '../../cli/give-up';
import { runDeployed } from '../../cli/load/run-deployed';
import { open } from '../../cli/open';
import { prune } from '../../cli/prune';
import { query } from '../../cli/query';
import { redrive } from '../../cli/redrive';
import { rollback } from '../../cli/rollback';
import { runs } from '../../cli/runs';
import { status } from '../../cli/status';
import { verify } from '../../cli/verify';
import { claimDataset } from '../../core/run/claim';
import { claimKey, planKey, pointerKey, rawKey, reportKey, watermarkKey } from '../../core/run/keys';
import { readPointer } from '../../core/run/publish/pointer';
import { databaseName, functionNames, queueNames } from '../../lambda/environment';
import { type LocalAws, startLocalAws } from '../../local/aws/local-aws';
import { localAccount } from '../../local/local-account';
import { writePublished } from '../core/run/publish/publish-fixture';
import { aPlan, aRange, messageOf } from '../core/run/run-fixture';
import { temporaryFolder } from '../support/baseload-process';
import { type FakeAws, startFakeAws } from '../support/fake-aws';
import { aDataset, aSource } from '../support/source-fixture';
import { type OperatorStatement, operatorPolicy } from './operator-policy';

const env = 'prod';
const region = 'eu-central-1';
const bucket = 'baseload-prod-lakebucket1a2b3c-x4y5z6';
const source = 'geonames';
const name = 'geonames/cities';
const [first, second] = ['2026-01-29t03-00-00-000z', '2026-01-30t03-00-00-000z'];
const plan = aPlan();
const policy = operatorPolicy();

const saved = { ...process.env };
let closing: { close(): unknown }[] = [];
beforeEach(() => {
  for (const method of ['log', 'error'] as const) jest.spyOn(console, method).mockImplementation(() => {});
});
afterEach(async () => {
  jest.restoreAllMocks();
  process.env = { ...saved };
  process.exitCode = undefined;
  for (const one of closing.splice(0)) await one.close();
});

/** prod with two published runs and an open one of which a range is dead, as its operator finds it who has these statements. */
async function prodFor(statements: readonly OperatorStatement[]) {
  const folder = temporaryFolder();
  const local = await startLocalAws({ directory: folder.path, region, secret: () => undefined });
  closing = [local, { close: () => folder.remove() }];
  await local.createBucket(bucket);
  local.createDatabase(databaseName(env));
  const names = queueNames(env, source);
  const dead = local.createQueue({ name: names.dead, attributes: {} });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 5 });
  const pages = local.createQueue({ name: names.pages, attributes: { RedrivePolicy } });
  local.addPrincipal('ADMIN', { name: 'admin', statements: 'all' });
  local.addPrincipal('AKIDEXAMPLE', { name: 'operator', statements });
  const admin = {
    endpoint: local.url,
    region,
    credentials: { accessKeyId: 'ADMIN', secretAccessKey: 'local' },
  };
  const lake = s3Lake(new S3Client(admin), bucket);
  for (const runId of [first, second]) {
    await writePublished(lake, runId, { at: new Date() });
    await lake.put(reportKey({ ...plan, runId }), '<html></html>');
    await lake.put(rawKey({ ...plan, runId }, aRange(), 'a1'), 'x');
  }
  await claimDataset(lake, plan, new Date());
  await lake.put(planKey(plan), JSON.stringify(plan));
  const queue = sqsPageQueue(new SQSClient(admin), { pages: pages.url, dead: dead.url });
  const reason = { failure: 'permanent', error: 'PermanentError', reason: 'HTTP 404' } as const;
  await queue.deadLetter(messageOf(plan, aRange()), reason);
  const fake = await fakeServices(local);
  closing.push(fake);
  for (const service of ['S3', 'SQS', 'GLUE']) process.env[`AWS_ENDPOINT_URL_${service}`] = local.url;
  Object.assign(process.env, fake.variables);
  return { local, lake, depth: () => local.queue(names.dead).depth().waiting };
}

/** What the local AWS does not speak: the stack's output, and the function that is asked to begin. */
function fakeServices(local: LocalAws): Promise<FakeAws> {
  const { fanOut } = functionNames(env, source);
  const arn = `arn:aws:lambda:${region}:${localAccount}:function:${fanOut}`;
  const invoke = () => {
    local.require('AKIDEXAMPLE', 'lambda:InvokeFunction', arn);
    return { status: 'enqueued', runId: plan.runId, ranges: 4 };
  };
  return startFakeAws({
    stacks: { 'baseload-prod': { outputs: { LakeBucket: bucket } } },
    functions: { [fanOut]: invoke },
  });
}

type Prod = Awaited<ReturnType<typeof prodFor>>;

/** What the operator was refused. */
const refused = ({ local }: Prod) =>
  local
    .decisions()
    .filter(({ allowed }) => !allowed)
    .map(({ action, resource }) => `${action} ${resource}`);

const load = (how: { readonly restart?: boolean; readonly replayOf?: string }) =>
  runDeployed({ source: aSource(), dataset: aDataset(), env, watch: false, ...how });

/** Each command that changes something, and how one sees that it did. */
const changes: readonly [command: string, work: () => Promise<unknown>, seen: (prod: Prod) => unknown][] = [
  ['run', () => load({}), ({ depth }) => expect(depth()).toBe(0)],
  ['replay', () => load({ replayOf: second }), ({ depth }) => expect(depth()).toBe(0)],
  [
    'run --restart',
    () => load({ restart: true }),
    async ({ lake }) => expect(await lake.get(claimKey(plan))).toBeUndefined(),
  ],
  ['redrive', () => redrive(source, { env, yes: true }), ({ depth }) => expect(depth()).toBe(0)],
  [
    'redrive --reason',
    () => redrive(source, { env, yes: true, reason: '404' }),
    ({ depth }) => expect(depth()).toBe(0),
  ],
  [
    'give-up',
    () => giveUpRanges(plan.runId, { env, ranges: 'missing', reason: 'gone', yes: true }),
    ({ depth }) => expect(depth()).toBe(0),
  ],
  [
    'rollback',
    () => rollback(name, { env }),
    async ({ lake }) => {
      expect((await readPointer(lake, plan))?.runId).toBe(first);
      expect((await lake.get(watermarkKey(plan)))?.text).toContain(first);
    },
  ],
  [
    'prune --apply',
    () => prune(name, { env, keep: 0, rawDays: 0, grace: 0, apply: true }),
    async ({ lake }) => {
      const left: string[] = [];
      for await (const { key } of lake.list('')) if (key.includes(first)) left.push(key);
      expect(left).toEqual([]);
      expect((await lake.get(pointerKey(plan)))?.text).not.toContain(first);
    },
  ],
  ['dlq --remove-over', () => dlq(source, { env, removeOver: true }), ({ depth }) => expect(depth()).toBe(0)],
];

/** Of these the run is to be over that has the dead letter. */
const isOver = new Set(['dlq --remove-over', 'replay']);

/** The page says of a command what it needs, whichever letters it chooses. */
const inPage = (command: string) => command.replace(' --reason', '');

test.each(changes)('%s needs what the page says, and no more', async (command, work, seen) => {
  const prod = await prodFor(policy.of(inPage(command)));
  if (isOver.has(command)) await prod.lake.removeAll([claimKey(plan)]);
  await work();
  expect(refused(prod)).toEqual([]);
  await seen(prod);
});

test('every statement for a command is needed for it', async () => {
  const idle: string[] = [];
  for (const [command, work] of changes) {
    for (const sid of policy.commands.get(inPage(command)) ?? []) {
      const prod = await prodFor(policy.of(inPage(command)).filter(({ Sid }) => Sid !== sid));
      if (isOver.has(command)) await prod.lake.removeAll([claimKey(plan)]);
      const outcome = await work().then(
        () => 'done',
        () => 'refused',
      );
      if (outcome === 'done' || refused(prod).length === 0) idle.push(`${command}: ${sid}`);
      for (const one of closing.splice(0)) await one.close();
    }
  }
  expect(idle).toEqual([]);
});

test('every command that the page names is tried', () => {
  const tried = new Set([...changes.map(([command]) => command), 'replay --restart']);
  expect([...policy.commands.keys()].filter((command) => !tried.has(command))).toEqual([]);
});

test.each<[string, () => Promise<unknown>]>([
  ['status', () => status(name, { env })],
  ['runs', () => runs(name, { env, limit: 5 })],
  ['verify', () => verify([name, second], { env })],
  ['open', () => open([name, second], { env, print: true })],
  ['query', () => query('SELECT count(*) FROM cities', { env, yes: true })],
  ['dlq', () => dlq(source, { env })],
  ['prune', () => prune(name, { env, grace: 0, keep: 0 })],
])('%s needs the statements for looking only', async (_, work) => {
  const prod = await prodFor(policy.of());
  // What it finds wrong in these few bytes is not asked here.
  await work().catch((error) => expect(String(error)).not.toMatch(/may not|AccessDenied|denied/));
  expect(prod.local.decisions().filter(({ principal }) => principal === 'operator').length).toBeGreaterThan(
    0,
  );
  expect(refused(prod)).toEqual([]);
});
