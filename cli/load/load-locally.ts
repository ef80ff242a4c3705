import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type SourceQueues, sqsSourceQueues } from '../../aws/dead-letters';
import { s3Lake } from '../../aws/lake';
import { PermanentError } from '../../core/errors';
import type { Plan } from '../../core/plan/plan';
import { readClaim } from '../../core/run/claim';
import type { RunName } from '../../core/run/keys';
import { isQuiet } from '../../core/run/missing/load-missing';
import { type SeenObjects, type Unrolled, unroll } from '../../core/run/missing/unroll';
import { readPlan } from '../../core/run/plan/read-plan';
import type { Lake } from '../../core/run/ports';
import { type Pointer, readPointer } from '../../core/run/publish/pointer';
import type { RunReport } from '../../core/run/reconcile';
import type { Stuck } from '../../core/run/run-state';
import { type RunRecord, refusedForQuarantine } from '../../core/run/status/run-record';
import { type Manifest, readManifest } from '../../core/run/verify/manifest';
import { functionNames, queueNames, reconcileName } from '../../lambda/environment';
import { localRegion } from '../../local/local-account';
import type { LocalMode } from '../../local/local-mode';
import { readDeadLetters } from '../dead-letters/dead-letters';
import { isAllDead } from '../dead-letters/is-all-dead';
import { clearForRun } from '../dead-letters/over-letters';
import { lookUnderWay } from '../status/look-under-way';
import { loadedPages, measure } from './measure';
import type { Progress } from './progress';
import { type AskedOf, askedSince } from './request-rate';
import { StuckPasses } from './stuck-passes';
import type { Tally } from './tally';

/** How often the lake is looked at. */
const lookMilliseconds = 250;

export interface LoadRequest {
  readonly run: RunName;
  readonly onlyPages?: number | undefined;
  /** The run whose raw pages are shaped anew. @default the source is asked */
  readonly replayOf?: string | undefined;
  /** Only what changed since the published run. @default everything */
  readonly incremental?: boolean | undefined;
}

/** How a load on this machine ended. */
export type LoadOutcome =
  | {
      readonly state: 'complete';
      readonly plan: Plan;
      readonly manifest: Manifest;
      /** Why it is not published, of a run that falls short; empty for one that may be. */
      readonly problems: readonly string[];
      /** Set where it was refused for what is in quarantine. */
      readonly quarantine?: RunRecord['quarantine'];
      /** What readers see by now, whichever run it is. */
      readonly pointer: Pointer | undefined;
      readonly seconds: number;
      /** What this session asked the source for. */
      readonly asked: AskedOf;
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
  /** Still open, and reconcile cannot do its next step. */
  | Stuck
  /** `pagesPlanned` is undefined while nobody knows where the pages end. */
  | { readonly state: 'stopped'; readonly pages: number; readonly pagesPlanned: number | undefined };

export interface LoadListener {
  planned(plan: Plan, unrolled: Unrolled): Promise<void>;
  progress(progress: Progress): void;
}

/** What of local mode a load uses. */
export type LoadingMode = Pick<LocalMode, 'invoke' | 'startSchedules'> & {
  readonly eventSources: Pick<LocalMode['eventSources'], 'start'>;
};

/** The lake and a source's page queue as they are in local mode. */
export interface LocalServices {
  readonly lake: Lake;
  readonly queues: SourceQueues;
}

/** Makes the clients that a load is watched with. */
export async function localServices(local: LocalMode, source: string): Promise<LocalServices> {
  const settings = {
    endpoint: local.endpoint,
    region: localRegion,
    credentials: { accessKeyId: local.accessKeyId, secretAccessKey: 'local' },
  };
  return {
    lake: s3Lake(new S3Client(settings), local.lakeBucket),
    queues: await sqsSourceQueues(new SQSClient(settings), queueNames('local', source)),
  };
}

/** Plans a run, or continues it, and watches the lake until the run has ended or `signal` aborts. */
export async function loadLocally(
  { run, onlyPages, replayOf, incremental = false }: LoadRequest,
  local: LoadingMode,
  services: LocalServices,
  { tally, listener, signal }: { tally: Tally; listener: LoadListener; signal: AbortSignal },
): Promise<LoadOutcome> {
  const { lake, queues } = services;
  const { dataset, runId } = run;
  // What failed for good before is tried again.
  await clearForRun(queues, lake, run);
  const mode = incremental ? 'incremental' : undefined;
  const request = { dataset, runId, onlyPages, replayOf, mode };
  await unlessAborted(local.invoke(functionNames('local', run.source).fanOut, request), signal);
  const plan = await readPlan(lake, run);
  if (!plan) throw new PermanentError(`fan-out ended without a plan for ${run.source}/${dataset}`);
  const seen: SeenObjects = new Map();
  const before = await unroll(plan, lake, seen);
  await listener.planned(plan, before);

  const startedAt = new Date();
  const started = performance.now();
  const stuckPasses = new StuckPasses();
  const seconds = () => (performance.now() - started) / 1000;
  await local.eventSources.start();
  local.startSchedules();
  for (;;) {
    const forgetEnded = tally.beforeLook();
    const now = await unroll(plan, lake, seen);
    forgetEnded();
    const look = await lookUnderWay(plan, now, lake);
    const measured = measure({ plan, before, now, tally, seconds: seconds() });
    listener.progress({ ...measured, look });
    if (signal.aborted) {
      return { state: 'stopped', pages: loadedPages(now), pagesPlanned: now.growing ? undefined : now.pages };
    }
    if ((now.complete && !look) || isQuiet(await queues.pages.depth())) {
      const loadedIn = seconds();
      const reports = await callReconcile(local);
      const report = reports.find((one) => isOf(one, run));
      if (stuckPasses.areEnough(report)) return report;
      if (report?.state === 'failed') return { state: 'failed', reason: report.reason };
      const isBlocked =
        report?.state === 'blocked' || (await isStuck(report, () => isAllDead(plan, now, services)));
      if (isBlocked && report && 'missing' in report) {
        const deadLetters = await readDeadLetters(queues, lake, run);
        const { missing, ranges } = report;
        // Of a range whose function ended without a word there is neither a document nor a letter that says why.
        const reasons =
          deadLetters.reasons.length === 0 && report.state === 'blocked'
            ? report.reasons.map(({ reason }) => reason)
            : deadLetters.reasons;
        return { state: 'blocked', plan, missing, ranges, growing: now.growing, ...deadLetters, reasons };
      }
      // Otherwise the lake tells: reconcile may have been called by its schedule a moment before.
      const manifest = await readManifest(lake, run);
      if (manifest && !(await isOpen(lake, run))) {
        const asked = await askedSince(manifest, lake, startedAt);
        const pointer = await readPointer(lake, run);
        const problems = report?.state === 'refused' ? report.problems : manifest.problems;
        const quarantine = await refusedForQuarantine(plan, manifest, lake);
        return { state: 'complete', plan, manifest, problems, quarantine, pointer, seconds: loadedIn, asked };
      }
    }
    await sleep(lookMilliseconds, undefined, { signal }).catch(() => {});
  }
}

/** Whether a run waits for what nothing will bring: only asked of one that has nothing on its way, and enqueues nothing. */
async function isStuck(report: RunReport | undefined, isAllDead: () => Promise<boolean>): Promise<boolean> {
  return report?.state === 'loading' && report.missing > 0 && report.enqueued === 0 && isAllDead();
}

/** Waits for a promise; rejects as soon as the signal aborts, and lets the promise go its way. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    promise.then(resolve, reject);
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** One that is stuck since its claim cannot be read has no run's id. */
function isOf({ source, dataset, runId }: RunReport, run: RunName): boolean {
  return source === run.source && dataset === run.dataset && (runId ?? run.runId) === run.runId;
}

async function callReconcile(local: LoadingMode): Promise<RunReport[]> {
  const { result } = await local.invoke(reconcileName('local'), {});
  return result as RunReport[]; // our own function's answer
}

async function isOpen(lake: Lake, run: RunName): Promise<boolean> {
  return (await readClaim(lake, run))?.runId === run.runId;
}
