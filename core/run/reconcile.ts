import type { Plan } from '../plan/plan';
import { type Claim, claimedDatasets, readClaim } from './claim';
import { type ConcludeServices, conclude } from './conclude';
import { unlessUnreadable } from './document';
import { type LookPlan, lookAgain, notLooked } from './drift/look-again';
import type { LookServices } from './drift/next-look';
import { endUnpublished } from './ending/end-unpublished';
import { decideEnding, readUnpublished } from './ending/ending';
import { tellBlocked } from './events/tell-blocked';
import { type ExpireServices, expireStage } from './expiry/expire-stage';
import { inTurn } from './in-turn';
import type { RunName } from './keys';
import { type LoadMissingServices, loadMissing } from './missing/load-missing';
import { lastProgress } from './missing/progress';
import { type Unrolled, unroll } from './missing/unroll';
import { readPlan } from './plan/read-plan';
import type { Clock, Lake } from './ports';
import type { RunReport, RunState } from './run-state';
import { type FailedPass, logFailedPass, reportStuck } from './stuck';
import { harvestBlocks } from './verify/harvest';
import { readManifest } from './verify/manifest';
import { type VerifyServices, verifyOnce } from './verify/verify-once';

export type { RunReport, RunState } from './run-state';

export interface ReconcileServices
  extends VerifyServices,
    LookServices,
    ConcludeServices,
    LoadMissingServices,
    ExpireServices {
  readonly lake: Lake;
  readonly clock: Clock;
  /** Whether a source file declares the dataset; of one that none does, the queues are gone. @default all are declared */
  readonly isDeclared?: ((dataset: Omit<RunName, 'runId'>) => boolean) | undefined;
  /** Writes what has been counted, after every run: the next one may take more time than there is. @default nothing */
  readonly flush?: (() => void) | undefined;
}

/** A run of which nothing more has come for so long is given up, so that its dataset can be loaded again. */
const longestHours = 24;

/** One whose dataset no file declares is given up so long after it last came further; a deployment that left the file out by mistake can be mended till then. */
const longestUndeclaredHours = 1;

/** A fan-out that has not planned its run after this long has died: a function runs for 15 minutes at most. */
const longestPlanningMinutes = 30;

/**
 * Does the next step of every open run. It may die anywhere and be run again; two at once do no harm. A run that
 * cannot be reconciled keeps no other waiting: it is reported as stuck. Throws only over what is shared: see reportStuck.
 */
export async function reconcile(services: ReconcileServices): Promise<RunReport[]> {
  const { lake, telemetry } = services;
  const reports: (RunState & RunName)[] = [];
  const failed: FailedPass[] = [];
  const claimed = await claimedDatasets(lake);
  for (const dataset of inTurn(claimed, services.clock.now())) {
    let claim: Claim | undefined;
    try {
      claim = await readClaim(lake, dataset);
      if (claim) reports.push(await reconcileClaimed(claim, services)); // else released since the listing
    } catch (error) {
      const pass = { dataset, runId: claim?.runId, error };
      logFailedPass(pass, telemetry);
      failed.push(pass);
    } finally {
      services.flush?.();
    }
  }
  const stuck = reportStuck(failed, { reconciled: reports.length, telemetry });
  // Last, since it may take what time there is.
  for (const report of reports) if (hasEndedUnpublished(report)) await expireStage(report, services);
  return [...reports, ...stuck];
}

async function reconcileClaimed(claim: Claim, services: ReconcileServices): Promise<RunState & RunName> {
  const { source, dataset, runId } = claim;
  const report = { source, dataset, runId, ...(await reconcileRun(claim, services)) };
  services.telemetry.info('Reconciled', report);
  return report;
}

async function reconcileRun(claim: Claim, services: ReconcileServices): Promise<RunState> {
  const { lake } = services;
  const decided = await readUnpublished(lake, claim);
  if (decided) {
    // Whoever decided it died, or fan-out was asked for a run that is over.
    const plan = await readPlan(lake, claim).catch(unlessUnreadable);
    const manifest = await readManifest(lake, claim).catch(unlessUnreadable);
    return endUnpublished({ claim, plan, manifest, ending: decided }, services);
  }
  const plan = await readPlan(lake, claim);
  const state = plan ? await advance(plan, claim, services) : ({ state: 'planning' } as const);
  const over = await whyOver(state, claim, services);
  if (over === undefined) {
    if (state.state === 'blocked' && !plan?.subset) await tellBlocked(claim, state, services);
    return state;
  }
  const failed = { ending: 'failed' as const, reasons: [over.reason] };
  // Of one that was never planned nothing exists: it may begin anew, if fan-out is asked for it again.
  const ending = plan
    ? await decideEnding(claim, failed, services)
    : { ...failed, version: 1 as const, at: over.since };
  // What was missing came after it was looked for, and another reconcile is about to publish the run.
  if (ending.ending === 'published') return state;
  return endUnpublished({ claim, plan, manifest: undefined, ending }, services);
}

function hasEndedUnpublished({ state }: RunState): boolean {
  return state === 'refused' || state === 'failed' || state === 'superseded';
}

/** Why a run is given up, and since when (ISO 8601) that may be done; undefined of one that may go on, or has ended by itself. */
async function whyOver(
  state: RunState,
  claim: Claim,
  services: ReconcileServices,
): Promise<{ readonly reason: string; readonly since: string } | undefined> {
  const claimed = Date.parse(claim.claimedAt);
  const now = services.clock.now();
  // One that is kept has a plan in a moment, if it has not by now.
  const patience = longestPlanningMinutes * 60_000;
  if (state.state === 'planning' && !claim.kept && now - claimed > patience) {
    const reason = `not planned ${longestPlanningMinutes} minutes after it began: see the log of the fan-out function`;
    return { reason, since: new Date(claimed + patience).toISOString() };
  }
  const last = await lastSign(state, claim, services);
  if (last !== undefined && services.isDeclared?.(claim) === false) {
    const patience = longestUndeclaredHours * 3_600_000;
    if (now - last <= patience) return undefined;
    const reason = `no source file declares ${claim.source}/${claim.dataset} any more, so what is missing cannot be loaded; it was ${state.state}`;
    return { reason, since: new Date(last + patience).toISOString() };
  }
  if (last === undefined || now - last <= longestHours * 3_600_000) return undefined;
  const began = last === claimed;
  const reason = `${began ? 'not complete' : 'nothing more came of it'} ${longestHours} hours after it ${began ? 'began' : 'last came further'}; it was ${state.state}`;
  return { reason, since: new Date(last + longestHours * 3_600_000).toISOString() };
}

/** When an open run last gave a sign of life, in milliseconds since the epoch; undefined of one that has ended. */
async function lastSign(
  state: RunState,
  claim: Claim,
  services: ReconcileServices,
): Promise<number | undefined> {
  const claimed = Date.parse(claim.claimedAt);
  if (state.state === 'planning') return claimed;
  if (state.state !== 'loading' && state.state !== 'blocked') return undefined;
  const { ranges, missing, look } = state;
  return lastProgress(claim, { present: ranges - missing, look }, claimed, services);
}

/** From the observation to the next step: load what is missing, look again, or verify, publish and release. */
async function advance(plan: Plan, claim: Claim, services: ReconcileServices): Promise<RunState> {
  const unrolled = await unroll(plan, services.lake);
  if (!unrolled.complete) return load(plan, unrolled, services);
  const looked = await look(plan, unrolled, services);
  if (looked.state === 'looking') return load(looked.plan, looked.unrolled, services);
  const manifest = await verifyOnce(plan, unrolled, services, looked);
  return conclude({ plan, manifest, claim }, services);
}

/** A run with a hole is not looked at again: what moved cannot be told from what was never there. */
async function look(plan: Plan, own: Unrolled, services: ReconcileServices) {
  return own.givenUp.length > 0 ? notLooked(plan, own) : lookAgain(plan, own, services);
}

/** Sees to it that what is missing comes, and meanwhile reads the receipts of what is there. */
async function load(
  plan: Plan | LookPlan,
  unrolled: Unrolled,
  services: ReconcileServices,
): Promise<RunState> {
  if (services.isDeclared?.(plan) === false) {
    const { ranges, missingRanges: missing } = unrolled;
    return { state: 'loading', look: 'look' in plan ? plan.look : undefined, ranges, missing, enqueued: 0 };
  }
  const state = await loadMissing(plan, unrolled, services);
  await harvestBlocks(plan, unrolled.blocks, services.lake);
  return state;
}
