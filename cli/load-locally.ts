import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { s3Lake } from '../aws/lake';
import { queueUrl, sqsPageQueue } from '../aws/page-queue';
import { PermanentError } from '../core/errors';
import type { Plan } from '../core/plan/plan';
import { readClaim } from '../core/run/claim';
import { manifestKey, type RunName } from '../core/run/keys';
import type { Manifest } from '../core/run/manifest';
import type { Lake, PageQueue } from '../core/run/ports';
import { readPlan } from '../core/run/read-plan';
import { isQuiet, type RunReport } from '../core/run/reconcile';
import { type SeenObjects, type Unrolled, unroll } from '../core/run/unroll';
import { readManifest } from '../core/run/verify-once';
import { functionNames, queueNames, reconcileName } from '../lambda/environment';
import { localRegion } from '../local/local-account';
import type { LocalMode } from '../local/local-mode';
import { readDeadLetters } from './dead-letters';
import { loadedPages, measure } from './measure';
import type { Progress } from './progress';
import type { Tally } from './tally';

/** How often the lake is looked at. */
const lookMilliseconds = 250;

export interface LoadRequest {
  readonly run: RunName;
  readonly onlyPages?: number | undefined;
  /** The run whose raw pages are shaped anew. @default the source is asked */
  readonly replayOf?: string | undefined;
}

/** How a load on this machine ended. */
export type LoadOutcome =
  | {
      readonly state: 'complete';
      readonly plan: Plan;
      readonly manifest: Manifest;
      readonly startedAt: Date;
      readonly seconds: number;
    }
  | {
      readonly state: 'blocked';
      readonly plan: Plan;
      readonly missing: number;
      /** Known so far. */
      readonly ranges: number;
      /** More would have followed. */
      readonly growing: boolean;
      readonly reasons: readonly string[];
      /** Whether a setting is to blame for all of them. */
      readonly areConfiguration: boolean;
      /** Whether all are for raw pages that are not what they were. */
      readonly areRawPages: boolean;
    }
  | { readonly state: 'failed'; readonly reason: string }
  /** `pagesPlanned` is undefined while nobody knows where the pages end. */
  | { readonly state: 'stopped'; readonly pages: number; readonly pagesPlanned: number | undefined };

export interface LoadListener {
  planned(plan: Plan, unrolled: Unrolled): Promise<void>;
  progress(progress: Progress): void;
}

/** The lake and a source's page queue as they are in local mode. */
export interface LocalServices {
  readonly lake: Lake;
  readonly sqs: SQSClient;
  readonly pageQueue: PageQueue;
  readonly deadLetterUrl: string;
}

/** Makes the clients that a load is watched with. */
export async function localServices(local: LocalMode, source: string): Promise<LocalServices> {
  const settings = {
    endpoint: local.endpoint,
    region: localRegion,
    credentials: { accessKeyId: local.accessKeyId, secretAccessKey: 'local' },
  };
  const sqs = new SQSClient(settings);
  const names = queueNames('local', source);
  const [pages, dead] = await Promise.all([queueUrl(sqs, names.pages), queueUrl(sqs, names.dead)]);
  return {
    lake: s3Lake(new S3Client(settings), local.lakeBucket),
    sqs,
    pageQueue: sqsPageQueue(sqs, { pages, dead }),
    deadLetterUrl: dead,
  };
}

/** Plans a run, or continues it, and watches the lake until the run has ended or `signal` aborts. */
export async function loadLocally(
  { run, onlyPages, replayOf }: LoadRequest,
  local: LocalMode,
  { lake, sqs, pageQueue, deadLetterUrl }: LocalServices,
  { tally, listener, signal }: { tally: Tally; listener: LoadListener; signal: AbortSignal },
): Promise<LoadOutcome> {
  const { dataset, runId } = run;
  const request = { dataset, runId, onlyPages, replayOf };
  await unlessAborted(local.invoke(functionNames('local', run.source).fanOut, request), signal);
  const plan = await readPlan(lake, run);
  if (!plan) throw new PermanentError(`fan-out ended without a plan for ${run.source}/${dataset}`);
  const seen: SeenObjects = new Map();
  const before = await unroll(plan, lake, seen);
  await listener.planned(plan, before);

  const fetchedBefore = tally.of('PagesFetched'); // page 1, by fan-out, where it asked for it
  const startedAt = new Date();
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  await local.eventSources.start();
  local.startSchedules();
  for (;;) {
    const now = await unroll(plan, lake, seen);
    listener.progress(measure({ plan, before, now, tally, fetchedBefore, seconds: seconds() }));
    if (signal.aborted) {
      return { state: 'stopped', pages: loadedPages(now), pagesPlanned: now.growing ? undefined : now.pages };
    }
    if (now.complete || isQuiet(await pageQueue.depth())) {
      const loadedIn = seconds();
      const reports = await callReconcile(local);
      const report = reports.find((one) => one.source === run.source && one.runId === runId);
      if (report?.state === 'failed') return { state: 'failed', reason: report.reason };
      if (report?.state === 'blocked') {
        const deadLetters = await readDeadLetters(sqs, deadLetterUrl);
        const { missing, ranges } = report;
        return { state: 'blocked', plan, missing, ranges, growing: now.growing, ...deadLetters };
      }
      // Otherwise the lake tells: reconcile may have been called by its schedule a moment before.
      const manifest = await readManifest(lake, manifestKey(run));
      if (manifest && !(await isOpen(lake, run)))
        return { state: 'complete', plan, manifest, startedAt, seconds: loadedIn };
    }
    await sleep(lookMilliseconds, undefined, { signal }).catch(() => {});
  }
}

/** Waits for a promise; rejects as soon as the signal aborts, and lets the promise go its way. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    promise.then(resolve, reject);
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function callReconcile(local: LocalMode): Promise<RunReport[]> {
  const { result } = await local.invoke(reconcileName('local'), {});
  return result as RunReport[]; // our own function's answer
}

async function isOpen(lake: Lake, run: RunName): Promise<boolean> {
  return (await readClaim(lake, run))?.runId === run.runId;
}
