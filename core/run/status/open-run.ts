import type { Plan } from '../../plan/plan';
import type { Claim } from '../claim';
import { deadDocuments } from '../dead/dead-documents';
import { type DeadGroup, type DeadOne, groupDead } from '../dead/dead-groups';
import { beingLoaded } from '../drift/being-loaded';
import { type Unrollable, type Unrolled, unroll } from '../missing/unroll';
import { readPlan } from '../plan/read-plan';
import type { Lake } from '../ports';
import { readManifest } from '../verify/manifest';
import { type RecentPace, recentPace } from './recent-pace';
import { type RunKind, runKind } from './run-kind';

/** What of a lake tells how far a run is: nothing is written. */
export type ReadableLake = Pick<Lake, 'list' | 'head' | 'get'>;

/** Ranges that failed for good in one way; whether their messages are still in the DLQ is not asked. */
export type FailedRanges = Omit<DeadGroup, 'inQueue'>;

/** A run that is under way, as far as what exists tells. */
export interface OpenRun {
  readonly runId: string;
  /** ISO 8601. */
  readonly claimedAt: string;
  readonly kind: RunKind;
  /**
   * 'looking' is loading once more what may have moved; 'blocked': every range that is missing has failed for good; 'verifying': everything is
   * there and its proof is not; 'publishing': the proof is there too.
   */
  readonly state: 'planning' | 'loading' | 'looking' | 'blocked' | 'verifying' | 'publishing';
  /** Which look, of those at the source after the run's own pages. */
  readonly look?: number | undefined;
  /** Pages whose ranges are there, and pages known so far; of the look, where one is under way. */
  readonly pages: number;
  readonly pagesKnown: number;
  /** More pages may follow than are known. */
  readonly growing: boolean;
  readonly ranges: number;
  readonly missing: number;
  /** How fast it has been going; absent while nothing is there. */
  readonly pace?: RecentPace | undefined;
  /** Ranges that failed for good, by reason. */
  readonly failed: readonly FailedRanges[];
}

const nothing = { pages: 0, pagesKnown: 0, growing: true, ranges: 0, missing: 0, failed: [] };

/** How far a claimed run is, from its plan, its objects and what its workers left. */
export async function openRun(claim: Claim, lake: ReadableLake): Promise<OpenRun> {
  const { source, dataset, runId, claimedAt } = claim;
  const plan = await readPlan(lake, { source, dataset, runId });
  if (!plan) return { runId, claimedAt, kind: { type: 'full' }, state: 'planning', ...nothing };
  const run = { runId, claimedAt, kind: runKind(plan) };
  const own = await unroll(plan, lake);
  const loading = await beingLoaded(plan, own, lake);
  if (!loading.unrolled.complete)
    return { ...run, ...(await underWay(loading.plan, loading.unrolled, lake)) };
  const state = (await readManifest(lake, plan)) ? 'publishing' : 'verifying';
  return { ...run, state, ...extentOf(own), failed: [] };
}

async function underWay(
  plan: Unrollable & Pick<Plan, 'requestsPerSecond'>,
  unrolled: Unrolled,
  lake: ReadableLake,
): Promise<Omit<OpenRun, 'runId' | 'claimedAt' | 'kind'>> {
  const [failed, pace] = await Promise.all([
    failedRanges(plan, lake),
    recentPace(plan, unrolled.present, lake),
  ]);
  const dead = failed.reduce((sum, { ranges }) => sum + ranges, 0);
  const going = plan.look === undefined ? 'loading' : 'looking';
  const state = dead >= unrolled.missingRanges ? 'blocked' : going;
  return { state, look: plan.look, ...extentOf(unrolled), pace, failed };
}

/** Of the run's own pages, or of the look that is under way. */
async function failedRanges(plan: Unrollable, lake: ReadableLake): Promise<FailedRanges[]> {
  const { source, dataset, runId } = plan;
  const failed: DeadOne[] = [];
  for await (const one of deadDocuments({ source, dataset, runId }, lake)) {
    if (one.look === plan.look) failed.push({ ...one, inQueue: false });
  }
  return groupDead(failed).map(({ inQueue: _, ...group }) => group);
}

function extentOf({ pages, missingPages, growing, ranges, missingRanges }: Unrolled) {
  return { pages: pages - missingPages, pagesKnown: pages, growing, ranges, missing: missingRanges };
}

/** Seconds until everything that is known is there, at the pace of late; undefined where nobody can know. */
export function secondsLeft({ pages, pagesKnown, growing, pace }: OpenRun): number | undefined {
  if (growing || pace === undefined || pace.pagesPerSecond === 0) return undefined;
  return (pagesKnown - pages) / pace.pagesPerSecond;
}
