import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type SourceQueues, sqsSourceQueues } from '../../aws/dead-letters';
import { s3Lake } from '../../aws/lake';
import { countMessages, queueUrl } from '../../aws/page-queue';
import { expectedKey } from '../../core/run/keys';
import type { Lake } from '../../core/run/ports';
import { schedulesOf } from '../../core/source/schedules-of';
import { functionNames, queueNames, reconcileName } from '../../lambda/environment';
import { localRegion } from '../../local/local-account';
import { type LocalMode, startLocalMode } from '../../local/local-mode';
import { MetricTape } from './metric-tape';
import { type QuayApi, startQuayApi } from './quay-api';
import quay from './sources/quay';

const source = 'quay';
const { fanOut } = functionNames('local', source);
const queues = queueNames('local', source);

/** Real milliseconds that workers have in a minute, where they are not done before. */
const workMilliseconds = 500;
/** Real milliseconds that they have after the source's last answer in a minute. */
const writeMilliseconds = 20;
/** Minutes after which something that should happen counts as stuck. */
const patienceMinutes = 300;
/** Minutes that Lambda waits before it tries a failed asynchronous invocation again, each time (Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation"). */
const retriesAfterMinutes = [1, 2];

/**
 * The deployed stack on this machine, one minute of AWS after the other: reconcile once, then starts that are due, then workers, until they have nothing
 * to do, or the source says no more, or half a second is over. What goes by the functions' own clocks does not get older with these minutes: back-offs,
 * and how late a dataset is.
 */
export interface QuayStack {
  readonly api: QuayApi;
  readonly lake: Lake;
  readonly queues: SourceQueues;
  readonly tape: MetricTape;
  /** Starts a dataset's run as its schedule does; Lambda tries again where that fails. */
  start(dataset: string): void;
  /** Lets minutes go by: in each, reconcile is invoked, and workers work. */
  minutes(count: number): Promise<void>;
  /** Lets them go by until reconcile has said that of the dataset's run. */
  until(dataset: string, state: string): Promise<void>;
  /** Starts a run, and lets minutes go by until reconcile says that of it. */
  load(dataset: string, state: string): Promise<void>;
  close(): Promise<void>;
}

/** An invocation that the Scheduler has asked for. */
interface Due {
  readonly dataset: string;
  readonly scheduledTime: Date;
  readonly at: number;
  readonly retries: readonly number[];
}

export async function openQuayStack(): Promise<QuayStack> {
  const folder = mkdtempSync(join(tmpdir(), 'baseload-alarms-'));
  const api = await startQuayApi();
  const local = await startLocalMode({
    projectRoot: resolve(__dirname, '../..'),
    dataDirectory: join(folder, 'data'),
    context: {
      sources: join(__dirname, 'sources'),
      [`local:${source}:baseUrl`]: api.baseUrl,
      [`local:${source}:schedule`]: 'on',
    },
    secret: (name) => (name === `baseload/local/${source}/token` ? 'token' : undefined),
  }).catch(async (error) => {
    await api.close();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  await local.eventSources.start();
  const client = {
    endpoint: local.endpoint,
    region: localRegion,
    credentials: { accessKeyId: local.accessKeyId, secretAccessKey: 'local' },
  };
  const sqs = new SQSClient(client);
  const pages = await queueUrl(sqs, queues.pages);
  const tape = new MetricTape(local, sqs, Object.values(queues));
  const states = new Map<string, string>();
  let due: Due[] = [];
  let lastDue = 0;

  const reconcile = async () => {
    states.clear();
    const { result } = await local.invokeSchedule(scheduleOf(local, reconcileName('local')));
    const reports = result as { dataset: string; state: string }[]; // our own function's answer
    for (const { dataset, state } of reports) states.set(dataset, state);
  };
  const invokeDue = async () => {
    const now = due.filter(({ at }) => at <= tape.minute);
    due = due.filter(({ at }) => at > tape.minute);
    for (const { dataset, scheduledTime, at, retries } of now) {
      const [next, ...others] = retries;
      await local.invokeSchedule(scheduleOf(local, fanOut, dataset), scheduledTime).catch(() => {
        if (next === undefined) tape.drop(fanOut);
        else due.push({ dataset, scheduledTime, at: at + next, retries: others });
      });
    }
  };
  const work = async () => {
    for (const deadline = performance.now() + workMilliseconds; performance.now() < deadline; ) {
      if (api.isSilent()) return sleep(writeMilliseconds);
      const { waiting, inFlight, delayed } = await countMessages(sqs, pages);
      if (waiting + inFlight + delayed === 0) return;
      await sleep(5);
    }
  };
  const minute = async () => {
    tape.nextMinute();
    api.nextMinute();
    // That it failed is for its metrics to tell.
    await reconcile().catch(() => undefined);
    await invokeDue();
    await work();
    await tape.lookAtQueues();
  };
  const lake = s3Lake(new S3Client(client), local.lakeBucket);
  // A deployment that has expected its datasets for three days: in a newer one nothing is late yet.
  const since = new Date(Date.now() - 72 * 3_600_000).toISOString();
  for (const dataset of quay.datasets) {
    const document = { version: 1, since, schedules: schedulesOf(dataset) };
    await lake.put(expectedKey({ source, dataset: dataset.name }), JSON.stringify(document));
  }
  const stack: QuayStack = {
    api,
    lake,
    queues: await sqsSourceQueues(sqs, { pages: queues.pages, dead: queues.dead }),
    tape,
    start(dataset) {
      // Schedules are due at whole seconds, and a run is named after that.
      lastDue = Math.max(lastDue + 1000, Date.now());
      due.push({
        dataset,
        scheduledTime: new Date(lastDue),
        at: tape.minute + 1,
        retries: retriesAfterMinutes,
      });
    },
    async minutes(count) {
      for (let i = 0; i < count; i += 1) await minute();
    },
    async until(dataset, state) {
      for (let i = 0; i < patienceMinutes; i += 1) {
        await minute();
        if (states.get(dataset) === state) return;
      }
      throw new Error(`${dataset} should be ${state}, and is ${states.get(dataset)}`);
    },
    async load(dataset, state) {
      stack.start(dataset);
      await stack.until(dataset, state);
    },
    async close() {
      await local.stop({ graceMilliseconds: 0 });
      await api.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return stack;
}

function scheduleOf(local: LocalMode, functionName: string, dataset?: string): string {
  const found = local.schedules.find(
    (one) =>
      one.functionName === functionName && (dataset === undefined || one.input?.includes(`"${dataset}"`)),
  );
  if (!found) throw new Error(`${functionName} has no schedule for ${dataset ?? 'itself'}`);
  return found.name;
}
