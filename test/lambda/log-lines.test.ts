import { join } from 'node:path';
import { s3Lake } from '../../aws/lake';
import { claimDataset } from '../../core/run/claim';
import { variable } from '../../lambda/environment';
import { bundle } from '../../lib/function/bundled-code';
import { type OpenLocalAws, openLocalAws } from '../aws/open-local-aws';
import { aPlan, aRange, messageOf } from '../core/run/run-fixture';
import { cleanUp, hostOf, projectRoot } from '../local/lambda/function-fixture';

const run = { source: 'tides', dataset: 'levels', runId: '2026-06-01t00-05-00-000z' };
const limits = { requestsPerSecond: 10, burst: 0, lanes: 1, inFlight: 1 };

let local: OpenLocalAws;
beforeEach(async () => {
  local = await openLocalAws();
});
afterEach(async () => {
  await cleanUp();
  await local.close();
});

/** Invokes the function as it is deployed, and gives what it logged, line by line, and its metrics. */
async function invoke(handler: 'fan-out' | 'worker' | 'reconcile', event: unknown, bucket = 'lake') {
  await local.aws.createBucket('lake');
  const queue = (name: string) => local.aws.createQueue({ name, attributes: {} }).url;
  local.aws.addPrincipal(handler, { name: handler, statements: 'all' });
  const sourceFile = join(projectRoot, 'test/lib/fixtures/sources/tides.ts');
  const entry = join(projectRoot, 'lambda', `${handler}.ts`);
  const own = handler === 'reconcile' ? { define: { BASELOAD_EXPECTED: [] } } : { sourceFile };
  const [code] = bundle({ entry, ...own }).filter(({ path }) => path.endsWith('.mjs'));
  const variables = {
    [variable.environment]: 'local',
    [variable.lakeBucket]: bucket,
    [variable.eventBus]: 'runs',
    [variable.catalogDatabase]: 'baseload_local',
    [variable.pageQueueUrl]: queue('pages'),
    [variable.deadLetterQueueUrl]: queue('dead'),
    [variable.maxReceiveCount]: '5',
    [variable.sourceSettings]: JSON.stringify({ baseUrl: 'http://127.0.0.1:9', limits }),
    POWERTOOLS_SERVICE_NAME: 'tides',
    POWERTOOLS_METRICS_NAMESPACE: 'Baseload/local',
  };
  const { host, lines, metrics } = hostOf(code?.text ?? '', { name: handler, variables }, local.aws.url);
  const failure: unknown = await host.invoke(event).then(
    () => undefined,
    (error) => error,
  );
  return { failure, lines: lines.map((line): unknown => JSON.parse(line)), metrics };
}

test('the fan-out names the run that a schedule starts in every line, and counts for its dataset', async () => {
  await local.aws.createBucket('lake');
  const claimed = { ...run, runId: '2026-05-31t00-05-00-000z' };
  await claimDataset(s3Lake(local.s3, 'lake'), claimed, new Date());
  const { lines, metrics } = await invoke('fan-out', {
    dataset: 'levels',
    scheduledTime: '2026-06-01T00:05:00Z',
  });
  expect(lines).toMatchObject([
    {
      message: 'Skipped: another run has claimed the dataset',
      ...run,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      details: { openRun: claimed.runId },
    },
  ]);
  expect(metrics).toMatchObject([
    {
      namespace: 'Baseload/local',
      dimensions: { source: 'tides', dataset: 'levels' },
      values: { RunSkipped: 1 },
    },
  ]);
});

test('the worker names run, range and attempt in every line, and counts for its dataset', async () => {
  const message = { ...messageOf(aPlan(run), aRange({ index: 2 })), look: 1 };
  const record = {
    messageId: 'a',
    receiptHandle: 'b',
    body: JSON.stringify(message),
    attributes: { ApproximateReceiveCount: '1' },
  };
  // Planned by another definition than the source file's: one failure, and one that cannot be mended by trying again.
  const { lines, metrics } = await invoke('worker', { Records: [record] });
  expect(lines).toMatchObject([
    {
      message: 'A range was not loaded',
      ...run,
      look: 1,
      range: 'all-00000002',
      attempt: expect.stringMatching(/^[0-9a-f]{8}$/),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      details: { failure: 'configuration' },
    },
  ]);
  expect(metrics).toMatchObject([
    { dimensions: { source: 'tides', dataset: 'levels' }, values: { RangesDeadLettered: 1 } },
  ]);
});

const requestId = expect.stringMatching(/^[0-9a-f-]{36}$/);

/** Every failed call has one line of our own that says what Lambda's line about the error does not. */
test.each([
  [
    'fan-out',
    { dataset: 'nothing', scheduledTime: '2026-06-01T00:05:00Z' },
    {
      ...{ message: 'The run was not planned', source: 'tides', dataset: 'nothing', runId: run.runId },
      details: { failure: 'configuration', reason: expect.stringContaining("'nothing'") },
    },
  ],
  [
    'fan-out',
    { dataset: 'levels', onlyPages: 0 },
    {
      ...{ message: 'The run was not planned', source: 'tides' },
      details: { failure: 'configuration', reason: expect.stringContaining('onlyPages') },
    },
  ],
  [
    'worker',
    {
      Records: [
        { messageId: 'a', receiptHandle: 'b', body: '{', attributes: { ApproximateReceiveCount: '1' } },
      ],
    },
    {
      ...{ message: 'A message was not handled', source: 'tides' },
      details: { failure: 'unknown', error: 'SyntaxError', reason: expect.any(String) },
    },
  ],
] as const)(
  'a call of the %s that fails says in one line which source, dataset and run, and why',
  async (handler, event, line) => {
    const { lines, failure } = await invoke(handler, event);
    expect(failure).toBeInstanceOf(Error);
    expect(lines.filter(isOurs)).toMatchObject([{ level: 'WARN', requestId, ...line }]);
  },
);

test('a call of reconcile that fails says so in one line, with the reason', async () => {
  const { lines, failure } = await invoke('reconcile', {}, 'nowhere');
  expect(failure).toBeInstanceOf(Error);
  expect(lines.filter(isOurs)).toMatchObject([
    {
      ...{ level: 'WARN', message: 'The open runs were not all reconciled', requestId },
      details: { failure: 'unknown', error: 'NoSuchBucket', reason: expect.any(String) },
    },
  ]);
});

/** Lambda's own lines about an error have no service. */
function isOurs(line: unknown): boolean {
  return typeof line === 'object' && line !== null && 'service' in line;
}
