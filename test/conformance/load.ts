import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { DeleteMessageCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { fetchFirstPage } from '../../core/extract/page/first-page';
import { fetchRange } from '../../core/extract/range/fetch-range';
import { readParents } from '../../core/plan/parents';
import { duckdbEngine } from '../../core/run/curate/duckdb-engine';
import { sharedRecords } from '../../core/run/drift/shared-records';
import { fanOut } from '../../core/run/plan/fan-out';
import { handleMessage } from '../../core/run/range/handle-message';
import { loadRange } from '../../core/run/range/load-range';
import { pageMessageSchema } from '../../core/run/range/page-message';
import { type RunReport, reconcile } from '../../core/run/reconcile';
import { repeatedKeys } from '../../core/run/verify/repeated-keys';
import type { Inventory } from '../support/misbehaving-api/items';
import {
  type ApiStatistics,
  type MisbehavingApi,
  startMisbehavingApi,
} from '../support/misbehaving-api/misbehaving-api';
import { nobodyListens } from '../support/nobody-listens';
import { type ConformanceCase, datasetOf, usualRecords } from './case';
import { type Deployment, deploy, maxReceiveCount } from './deployment';
import { documents, expectNothingPublished, publishedRows, type Row } from './read-back';
import type { World } from './world';

/** What became of a load. */
export interface Loaded {
  /** 'stuck': nothing came of it in time. */
  readonly ending: 'published' | 'refused' | 'failed' | 'stuck' | { readonly error: string };
  /** In words: the dead letter's reason, or the problems that verification found. */
  readonly reason: string;
  /** What readers see; empty when nothing is published. */
  readonly rows: readonly Row[];
  readonly inventory: Inventory;
  readonly statistics: ApiStatistics;
  /** Texts among the secrets that were written somewhere they must not be. */
  readonly spilled: readonly string[];
}

/** Real milliseconds without anything new after which a load is stuck, where nobody says otherwise. */
export const usualPatience = 25_000;
/** By the fast clock: as a worker that may run for fifteen minutes and has just begun. */
const workerMilliseconds = 3_600_000;

/** Starts the API of a case and loads it as the deployed functions do, one load beside others. */
export async function load(one: ConformanceCase, world: World, patience = usualPatience): Promise<Loaded> {
  const api = await startMisbehavingApi({
    records: one.records ?? usualRecords,
    dataset: datasetOf(one),
    slicing: one.slicing,
    auth: one.auth,
    faults: one.faults?.map((fault) => fault.make()),
    // Far less than the lanes ask for.
    limit: one.limit && { family: one.limit, perSecond: 0.2, depth: 3 },
    clock: world.clock,
  });
  const deployment = await deploy(one, api, world);
  try {
    return await run(deployment, api, patience);
  } finally {
    await deployment.extract.client.close();
    await api.close();
  }
}

async function run(deployment: Deployment, api: MisbehavingApi, patience: number): Promise<Loaded> {
  const outcome = await loadAll(deployment, patience);
  const rows = outcome.ending === 'published' ? await publishedRows(deployment) : [];
  if (outcome.ending !== 'published') await expectNothingPublished(deployment);
  const texts = [...deployment.written, outcome.reason, ...(await documents(deployment))];
  const credentials = api.door.credentials();
  return {
    ...outcome,
    rows,
    inventory: api.inventory,
    statistics: api.statistics(),
    spilled: credentials.filter((credential) => texts.some((text) => text.includes(credential))),
  };
}

type Outcome = Pick<Loaded, 'ending' | 'reason'>;

/** Loads the datasets of a source, those that others are sliced by first. */
async function loadAll(deployment: Deployment, patience: number): Promise<Outcome> {
  let outcome: Outcome = { ending: 'stuck', reason: 'the source has no datasets' };
  for (const { name } of [...deployment.source.datasets].reverse()) {
    outcome = await loadDataset(name, deployment, patience);
    if (outcome.ending !== 'published') return outcome;
  }
  return outcome;
}

async function loadDataset(dataset: string, deployment: Deployment, patience: number): Promise<Outcome> {
  const { source, lake, pageQueue, extract, world } = deployment;
  const { telemetry, clock } = extract;
  const parents = { source: source.name, lake, workFolder: world.folder, memoryMegabytes: 100 };
  const planned = await fanOut(
    { dataset },
    {
      source,
      lake,
      pageQueue,
      telemetry,
      clock,
      discover: (one, parameters) =>
        patiently(() => fetchFirstPage(source, one, extract, undefined, parameters)),
      readParents: (slices) => readParents(slices, parents),
      prepare: deployment.prepare,
    },
  ).catch(errorOutcome);
  if ('ending' in planned) return planned;
  const over = new AbortController();
  const lanes = Array.from({ length: source.limits.lanes }, () => work(deployment, over.signal));
  try {
    return await Promise.race([observe(deployment, patience), ...lanes.map(failing)]);
  } finally {
    over.abort();
    await Promise.allSettled(lanes);
  }
}

/** The Scheduler calls fan-out again when the source could not be reached, as often as it takes. */
async function patiently<T>(ask: () => Promise<T>, tries = 4): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const failure = error instanceof Error && 'failure' in error ? error.failure : undefined;
    if (tries <= 1 || (failure !== 'transient' && failure !== 'throttled')) throw error;
    return patiently(ask, tries - 1);
  }
}

function errorOutcome(error: unknown): Outcome {
  if (!(error instanceof Error) || !('failure' in error)) throw error;
  return { ending: { error: error.name }, reason: error.message };
}

/** A lane only ends by itself when it fails. */
async function failing(lane: Promise<void>): Promise<never> {
  await lane;
  throw new Error('a lane ended');
}

/** One lane: the worker function behind its event source mapping. */
async function work(deployment: Deployment, signal: AbortSignal): Promise<void> {
  const { queues, world } = deployment;
  while (!signal.aborted) {
    const { Messages = [] } = await world.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queues.pages,
        WaitTimeSeconds: 4,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      }),
    );
    for (const message of Messages) {
      if ((await handle(message, deployment)) === 'retry') continue;
      const command = new DeleteMessageCommand({
        QueueUrl: queues.pages,
        ReceiptHandle: message.ReceiptHandle,
      });
      await world.sqs.send(command);
    }
  }
}

async function handle(received: Message, deployment: Deployment): Promise<'acknowledge' | 'retry'> {
  const { source, lake, pageQueue, extract, world } = deployment;
  const { telemetry, clock } = extract;
  const message = pageMessageSchema.parse(JSON.parse(received.Body ?? ''));
  const deadline = clock.monotonic() + workerMilliseconds;
  const services = {
    source,
    lake,
    pageQueue,
    shaper: world.shaper,
    telemetry,
    workFolder: world.folder,
    fetch: (range: Omit<Parameters<typeof fetchRange>[0], 'source' | 'deadline'>) =>
      fetchRange({ ...range, source, deadline }, extract),
  };
  const attempt = `a${world.next()}`;
  return handleMessage(
    {
      message,
      attempt,
      receiptHandle: received.ReceiptHandle ?? '',
      receiveCount: Number(received.Attributes?.ApproximateReceiveCount),
    },
    {
      lake,
      clock,
      pageQueue,
      telemetry,
      maxReceiveCount,
      random: () => Math.random() / 4,
      load: () => loadRange(message, attempt, services),
    },
  );
}

/** Reconciles as often as it takes. */
async function observe(deployment: Deployment, patience: number): Promise<Outcome> {
  const { lake, pageQueue, extract } = deployment;
  let until = performance.now() + patience;
  let last: RunReport | undefined;
  while (performance.now() < until) {
    const [report] = await reconcile({
      ...nobodyListens,
      lake,
      pageQueue: async () => pageQueue,
      telemetry: extract.telemetry,
      clock: extract.clock,
      findRepeatedKeys: (plan, objects) =>
        repeatedKeys(plan, objects, { lake, workFolder: tmpdir(), memoryMegabytes: 200 }),
      findSharedRecords: (plan, objects, share) =>
        sharedRecords(plan, objects, share, { lake, workFolder: tmpdir(), memoryMegabytes: 200 }),
      curation: duckdbEngine({ workFolder: tmpdir(), memoryMegabytes: 200 }),
    });
    if (JSON.stringify(report) !== JSON.stringify(last)) until = performance.now() + patience;
    last = report;
    switch (report?.state) {
      case 'published':
        return { ending: 'published', reason: '' };
      case 'refused':
        return { ending: 'refused', reason: report.problems.join('; ') };
      case 'failed':
        return { ending: 'failed', reason: report.reason };
      case 'blocked':
        return deadLetter(deployment);
      case 'stuck':
        return { ending: 'stuck', reason: report.reason };
      default:
        await resting(deployment);
    }
  }
  const lines = deployment.written.slice(-5).join('\n');
  return { ending: 'stuck', reason: `${JSON.stringify(last)}\n${lines}` };
}

/** Reconciling asks S3 and SQS for much: the next time is when the lanes rest, or half a second later. */
async function resting({ world, number }: Deployment): Promise<void> {
  const pages = world.aws.queue(`pages-${number}`);
  const dead = world.aws.queue(`dead-${number}`);
  const until = performance.now() + 500;
  do {
    await delay(4);
    const { waiting, inFlight, delayed } = pages.depth();
    if (waiting + inFlight + delayed === 0 || dead.depth().waiting > 0) return;
  } while (performance.now() < until);
}

async function deadLetter({ world, queues }: Deployment): Promise<Outcome> {
  const { Messages = [] } = await world.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queues.dead, MessageAttributeNames: ['All'] }),
  );
  const attributes = Messages[0]?.MessageAttributes;
  const error = attributes?.error?.StringValue ?? 'a dead letter without the attribute error';
  return { ending: { error }, reason: attributes?.reason?.StringValue ?? '' };
}
