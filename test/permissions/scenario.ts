import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { s3Lake } from '../../aws/lake';
import { countMessages, queueUrl } from '../../aws/page-queue';
import { functionNames, queueNames, reconcileName } from '../../lambda/environment';
import { localRegion } from '../../local/local-account';
import { type LocalMode, startLocalMode } from '../../local/local-mode';
import { type ScenarioApi, startScenarioApi } from './scenario-api';
import { source, sourceFile } from './scenario-source';

const secrets: Readonly<Record<string, string>> = {
  'baseload/local/geo/client': 'client-secret',
  'baseload/local/geo/refresh': 'refresh-token',
  'baseload/local/geo/salt': 'pepper',
};

/** How long a step may take before it counts as stuck. */
const patienceMilliseconds = 60_000;
const pollMilliseconds = 100;

/** The deployed stack on this machine, and the source that it loads. */
export interface Scenario {
  readonly local: LocalMode;
  readonly api: ScenarioApi;
  /** Starts a run of a dataset, as an operator does by hand; resolves to its id. */
  start(dataset: string, request?: object): Promise<string>;
  /** Lets a run's dataset be reconciled until it is in the state; rejects when it ends in another. */
  until(dataset: string, state: string): Promise<void>;
  load(dataset: string, state: string, request?: object): Promise<string>;
  /** Resolves when the page queue is empty, with nothing in flight. */
  drained(): Promise<void>;
  /** Resolves to a message of the page queue, which stays there. */
  peek(): Promise<string>;
  /** Delivers a message once more, as SQS may. */
  redeliver(body: string): Promise<void>;
  /** Deletes what is below a prefix of the lake, as its lifecycle rules would. */
  expire(prefix: string): Promise<void>;
  /** Resolves when something is so; rejects when it takes too long. */
  eventually(what: string, isSo: () => boolean | Promise<boolean>): Promise<void>;
  /** Does what the schedule of a function does, all of them where it has several. */
  runSchedules(functionName: string): Promise<unknown[]>;
  close(): Promise<void>;
}

/** States that a run does not leave by itself. */
const endings = ['published', 'refused', 'failed', 'superseded', 'verified', 'blocked'];

export async function openScenario(): Promise<Scenario> {
  const folder = mkdtempSync(join(tmpdir(), 'baseload-permissions-'));
  const api = await startScenarioApi(secrets['baseload/local/geo/refresh'] ?? '');
  writeFileSync(join(folder, 'geo.ts'), sourceFile(api.baseUrl));
  const local = await startLocalMode({
    projectRoot: resolve(__dirname, '../..'),
    dataDirectory: join(folder, 'data'),
    context: { sources: folder },
    secret: (name) => secrets[name],
  }).catch(async (error) => {
    await api.close();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const { fanOut } = functionNames('local', source);
  await local.eventSources.start();

  const runSchedules = (functionName: string) =>
    Promise.all(
      local.schedules
        .filter((schedule) => schedule.functionName === functionName)
        .map(async ({ name }) => (await local.invokeSchedule(name)).result),
    );
  const reconcile = async () => {
    const [reports] = await runSchedules(reconcileName('local'));
    return reports as { dataset: string; state: string }[]; // our own function's answer
  };
  const user = {
    endpoint: local.endpoint,
    region: localRegion,
    credentials: { accessKeyId: local.accessKeyId, secretAccessKey: 'local' },
  };
  const lake = s3Lake(new S3Client(user), local.lakeBucket);
  const sqs = new SQSClient(user);
  const QueueUrl = await queueUrl(sqs, queueNames('local', source).pages);
  const eventually: Scenario['eventually'] = async (what, isSo) => {
    for (const deadline = Date.now() + patienceMilliseconds; !(await isSo()); await sleep(pollMilliseconds)) {
      if (Date.now() > deadline) throw new Error(`it should come to this, and does not: ${what}`);
    }
  };
  const start = async (dataset: string, request: object = {}) => {
    const { result } = await local.invoke(fanOut, { dataset, ...request });
    return (result as { runId: string }).runId; // our own function's answer
  };
  const until = async (dataset: string, state: string) => {
    for (const deadline = Date.now() + patienceMilliseconds; ; ) {
      const report = (await reconcile()).find((one) => one.dataset === dataset);
      if (report?.state === state) return;
      if (Date.now() > deadline || (report && endings.includes(report.state))) {
        throw new Error(`${dataset} should be ${state}, and is ${JSON.stringify(report)}`);
      }
      await sleep(pollMilliseconds);
    }
  };
  return {
    local,
    api,
    start,
    until,
    async load(dataset, state, request) {
      const runId = await start(dataset, request);
      await until(dataset, state);
      return runId;
    },
    drained: () =>
      eventually('the page queue is empty', async () => {
        const { waiting, inFlight, delayed } = await countMessages(sqs, QueueUrl);
        return waiting + inFlight + delayed === 0;
      }),
    async peek() {
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0 }));
      return Messages?.[0]?.Body ?? '';
    },
    async redeliver(MessageBody) {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    },
    async expire(prefix) {
      const keys: string[] = [];
      for await (const { key } of lake.list(prefix)) keys.push(key);
      if ((await lake.removeAll(keys)) === 0) throw new Error(`there is nothing below ${prefix}`);
    },
    eventually,
    runSchedules,
    async close() {
      await local.stop({ graceMilliseconds: 0 });
      await api.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
