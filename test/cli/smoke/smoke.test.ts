import { GlueClient } from '@aws-sdk/client-glue';
import { S3Client } from '@aws-sdk/client-s3';
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { glueCatalog } from '../../../aws/catalog';
import { s3Lake } from '../../../aws/lake';
import { exitCodeOf, sentenceOf } from '../../../cli/fail';
import { main, smoke } from '../../../cli/smoke';
import { plannedRanges } from '../../../core/plan/grid';
import { claimDataset, readClaim, releaseClaim } from '../../../core/run/claim';
import { planKey } from '../../../core/run/keys';
import { unroll } from '../../../core/run/missing/unroll';
import { publish, readPointer } from '../../../core/run/publish/pointer';
import { verifyOnce } from '../../../core/run/verify/verify-once';
import { databaseName, tableName } from '../../../lambda/environment';
import { type LocalAws, startLocalAws } from '../../../local/aws/local-aws';
import { aGrid, aPlan, stillClock, writeRun } from '../../core/run/run-fixture';
import { temporaryFolder } from '../../support/baseload-process';
import { type FakeAws, startFakeAws } from '../../support/fake-aws';

const bucket = 'lake-of-dev';
const saved = { ...process.env };
const data = temporaryFolder();
let local: LocalAws;
let aws: FakeAws;
/** What goes wrong with the next run. */
let fault: 'none' | 'short' | 'no table' | 'dead letter' = 'none';
let printed: string[];

const client = () => ({
  endpoint: local.url,
  region: 'eu-central-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'x' },
});

/** Loads, verifies and publishes what geonames/cities is made of, as fan-out, workers and reconcile do between them. */
async function fanOut(event: unknown) {
  const { runId } = event as { readonly runId: string }; // the request of the command under test
  const total = fault === 'short' ? 138_000 : 138_398;
  const grid = aGrid({ pages: 277, slicePages: 277, pageSize: 500, pagesPerRange: 16, total });
  const extent = { total, pagesPerRange: 16, sequences: [grid] };
  const plan = aPlan({ runId, ...extent, watermark: new Date().toISOString() });
  const lake = s3Lake(new S3Client(client()), bucket);
  const claim = await claimDataset(lake, plan, new Date());
  await lake.putIfAbsent(planKey(plan), JSON.stringify(plan));
  // Keys that follow each other from range to range, each once.
  await writeRun(lake, plan, ({ index }) => ({ ...keysAt(index), uniqueKeys: true }));
  const services = { lake, clock: stillClock(), findRepeatedKeys: async () => undefined };
  const manifest = await verifyOnce(plan, await unroll(plan, lake), services);
  const ranges = [...plannedRanges(plan)].length;
  const table = { location: `stage/geonames/cities/run=${runId}/`, files: ranges, records: total, bytes: 1 };
  await publish(lake, { manifest, table, keepRuns: 3 }, new Date());
  const pointer = await readPointer(lake, plan);
  const catalog = glueCatalog(new GlueClient(client()), {
    database: databaseName('dev'),
    bucket,
    lake,
    tableName,
  });
  if (pointer && fault !== 'no table') await catalog.follow(pointer);
  if (fault === 'dead letter') await sendDeadLetter();
  await releaseClaim(lake, (await readClaim(lake, plan)) ?? claim);
  return { status: 'enqueued', runId, ranges };
}

async function sendDeadLetter(): Promise<void> {
  const sqs = new SQSClient(client());
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'baseload-dev-geonames-dead' }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
}

function keysAt(index: number): { firstKey: string; lastKey: string } {
  return { firstKey: `[${index * 8000 + 1}]`, lastKey: `[${index * 8000 + 8000}]` };
}

beforeAll(async () => {
  local = await startLocalAws({ directory: data.path, region: 'eu-central-1', secret: () => undefined });
  await local.createBucket(bucket);
  local.createDatabase(databaseName('dev'));
  for (const name of ['baseload-dev-geonames-dead', 'baseload-dev-geonames-pages'])
    local.createQueue({ name, attributes: {} });
  local.addPrincipal('AKIDEXAMPLE', { name: 'operator', statements: 'all' });
  aws = await startFakeAws({
    stacks: { 'baseload-dev': { outputs: { LakeBucket: bucket } } },
    functions: { 'baseload-dev-geonames-fan-out': fanOut },
  });
});
afterAll(async () => {
  await aws.close();
  await local.close();
  data.remove();
});
beforeEach(() => {
  Object.assign(process.env, aws.variables);
  for (const service of ['S3', 'SQS', 'GLUE']) process.env[`AWS_ENDPOINT_URL_${service}`] = local.url;
  fault = 'none';
  printed = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  jest.spyOn(console, 'error').mockImplementation((line: string) => void printed.push(line));
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
});
afterEach(() => {
  process.env = { ...saved };
  jest.restoreAllMocks();
});

/** The lines of the table, by mark and name. */
const table = () => printed.flatMap((line) => line.match(/^ {2}([✓✗] [\w-]+) /)?.[1] ?? []);

it('loads the sample through the deployed functions, and finds everything as it should be', async () => {
  await smoke('dev');
  expect(table()).toEqual([
    '✓ published',
    '✓ records',
    '✓ verified',
    '✓ catalog',
    '✓ dead-letters',
    '✓ settled',
  ]);
  expect(printed).toContainEqual(expect.stringMatching(/records +138,398 of 138,398$/));
  expect(printed.at(-1)).toMatch(/^\nrun \S+ of geonames\/cities in dev passed every check, /);
}, 60_000);

it.each([
  ['short', '✗ records'],
  ['no table', '✗ catalog'],
  ['dead letter', '✗ dead-letters'],
] as const)(
  'ends with 1 where there is a %s: %s',
  async (what, line) => {
    fault = what;
    const error = await smoke('dev').catch((thrown: unknown) => thrown);
    expect(exitCodeOf(error)).toBe(1);
    expect(sentenceOf(error)).toMatch(/^run \S+ of geonames\/cities in dev: 1 check failed \(✗ above\)\.$/);
    expect(table().filter((one) => one.startsWith('✗'))).toEqual([line]);
  },
  60_000,
);

it('ends with 2 and one sentence where there is no stack, and where the command makes no sense', async () => {
  await main(['node', 'smoke', '--env', 'staging']);
  expect(process.exitCode).toBe(2);
  expect(printed).toEqual([expect.stringMatching(/^there is no stack baseload-staging in eu-central-1/)]);
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  process.exitCode = 0;
  await main(['node', 'smoke', '--env', 'local']);
  expect(process.exitCode).toBe(2);
  process.exitCode = 0;
});
