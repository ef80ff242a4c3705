import type { Plan } from '../plan/plan';
import { type Claim, readClaim, releaseClaim } from './claim';
import { messagesOf } from './enqueue-missing';
import { openRuns } from './keys';
import type { Manifest } from './manifest';
import { publish } from './pointer';
import type { Clock, Lake, PageQueue, QueueDepth, Telemetry } from './ports';
import { readPlan } from './read-plan';
import { unroll } from './unroll';
import { type VerifyServices, verifyOnce } from './verify-once';

export interface ReconcileServices extends VerifyServices {
  readonly lake: Lake;
  /** The page queue of a source. */
  pageQueue(source: string): Promise<Pick<PageQueue, 'send' | 'depth'>>;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

/** Where a run stands, derived from what exists. */
export type RunState =
  /** Claimed, and not planned yet. */
  | { readonly state: 'planning' }
  | {
      readonly state: 'loading';
      /** Ranges known so far. */
      readonly ranges: number;
      readonly missing: number;
      readonly enqueued: number;
    }
  /** Ranges are missing and their messages are in the DLQ: redrive them, or start the run over. */
  | { readonly state: 'blocked'; readonly ranges: number; readonly missing: number; readonly dead: number }
  | { readonly state: 'published'; readonly records: number }
  /** A complete subset: verified, never published. */
  | { readonly state: 'verified'; readonly records: number }
  /** Complete in ranges and not in records: not published. */
  | { readonly state: 'refused'; readonly problems: readonly string[] }
  /** Too old to go on. */
  | { readonly state: 'failed'; readonly reason: string };

export type RunReport = RunState & {
  readonly source: string;
  readonly dataset: string;
  readonly runId: string;
};

/** A run that is not complete after this long is given up, so that its dataset can be loaded again. */
const oldestHours = 24;

/**
 * Does the next step of every open run. It may die anywhere and be run again; two at once do no harm. A run that
 * cannot be reconciled keeps no other waiting: the error is thrown at the end, an AggregateError where there are several.
 */
export async function reconcile(services: ReconcileServices): Promise<RunReport[]> {
  const reports: RunReport[] = [];
  const failures: unknown[] = [];
  for await (const { key } of services.lake.list(openRuns)) {
    try {
      const report = await reconcileClaimed(key, services);
      if (report) reports.push(report);
    } catch (error) {
      services.telemetry.warn('An open run could not be reconciled', { claim: key, reason: String(error) });
      failures.push(error);
    }
  }
  if (failures.length > 1) {
    throw new AggregateError(failures, `${failures.length} of the open runs could not be reconciled`);
  }
  if (failures.length === 1) throw failures[0];
  return reports;
}

async function reconcileClaimed(key: string, services: ReconcileServices): Promise<RunReport | undefined> {
  const [source, dataset] = key.slice(openRuns.length, -'.json'.length).split('/');
  if (!source || !dataset) return undefined;
  const claim = await readClaim(services.lake, { source, dataset });
  if (!claim) return undefined; // released since the listing
  const state = await reconcileRun(claim, services);
  const report = { source, dataset, runId: claim.runId, ...state };
  services.telemetry.info('Reconciled', report);
  return report;
}

async function reconcileRun(claim: Claim, services: ReconcileServices): Promise<RunState> {
  const plan = await readPlan(services.lake, claim);
  const state = plan ? await advance(plan, claim, services) : ({ state: 'planning' } as const);
  if (state.state !== 'planning' && state.state !== 'loading' && state.state !== 'blocked') return state;
  if (!tooOld(claim, services.clock)) return state;

  services.telemetry.count('RunFailed', 1);
  await releaseClaim(services.lake, claim);
  return {
    state: 'failed',
    reason: `not complete ${oldestHours} hours after it began; it was ${state.state}`,
  };
}

/** From the observation to the next step: load what is missing, or verify, publish and release. */
async function advance(plan: Plan, claim: Claim, services: ReconcileServices): Promise<RunState> {
  const unrolled = await unroll(plan, services.lake);
  if (!unrolled.complete) {
    const { ranges, missingRanges: missing } = unrolled;
    const pageQueue = await services.pageQueue(plan.source);
    const depth = await pageQueue.depth();
    if (depth.dead > 0) {
      services.telemetry.count('RunBlocked', 1);
      return { state: 'blocked', ranges, missing, dead: depth.dead };
    }
    const enqueued = isQuiet(depth) ? await pageQueue.send(messagesOf(plan, unrolled.missing())) : 0;
    services.telemetry.count('RangesEnqueued', enqueued);
    return { state: 'loading', ranges, missing, enqueued };
  }
  const manifest = await verifyOnce(plan, unrolled, services);
  return conclude(manifest, claim, services);
}

/** Whether nothing is on its way to a worker, as far as SQS can tell. */
export function isQuiet({ waiting, inFlight, delayed }: QueueDepth): boolean {
  return waiting + inFlight + delayed === 0;
}

async function conclude(
  manifest: Manifest,
  claim: Claim,
  { lake, telemetry, clock }: ReconcileServices,
): Promise<RunState> {
  const state = await verdict(manifest, lake, clock);
  if (state.state === 'loading') return state;
  if (state.state === 'published') telemetry.count('RunPublished', 1);
  if (state.state === 'refused') telemetry.count('RunFailed', 1);
  await releaseClaim(lake, claim);
  return state;
}

async function verdict(manifest: Manifest, lake: Lake, clock: Clock): Promise<RunState> {
  if (manifest.problems.length > 0) return { state: 'refused', problems: manifest.problems };
  if (manifest.subset) return { state: 'verified', records: manifest.counts.staged };
  const published = await publish(lake, manifest, new Date(clock.now()));
  if (published !== 'conflict') return { state: 'published', records: manifest.counts.staged };
  return { state: 'loading', ranges: manifest.counts.ranges, missing: 0, enqueued: 0 }; // derived anew next time
}

function tooOld(claim: Claim, clock: Clock): boolean {
  return clock.now() - Date.parse(claim.claimedAt) > oldestHours * 3_600_000;
}
