import type { Plan } from '../plan/plan';
import { type Claim, releaseClaim } from './claim';
import { type CurateServices, curateOnce } from './curate/curate-once';
import { type EndServices, endUnpublished } from './ending/end-unpublished';
import { decideEnding, type UnpublishedEnding, type WantedEnding } from './ending/ending';
import { free } from './ending/free';
import { insist } from './ending/insist';
import { report } from './ending/report';
import { publishedEvent } from './events/events-of';
import { isExpiring } from './expiry/expiring';
import type { Catalog, Lake } from './ports';
import { otherBase } from './publish/increment-base';
import { isSuperseded, type Pointer, publish, readPointer, wasSeen } from './publish/pointer';
import { writeWatermark } from './publish/watermark';
import type { RunState } from './run-state';
import type { Manifest } from './verify/manifest';

export interface ConcludeServices extends CurateServices, EndServices {
  readonly lake: Lake;
  readonly catalog: Catalog;
}

/** A run that is verified. */
interface Verified {
  readonly plan: Plan;
  readonly manifest: Manifest;
  readonly claim: Claim;
}

/**
 * Ends a run that is verified: curates and publishes it, or says why not, tells others, and gives its dataset free. Each step finds what the ones before have
 * written, so it may die between any two. In this order: pointer, watermark, catalog, report, event, claim, and then what is counted.
 */
export async function conclude(run: Verified, services: ConcludeServices): Promise<RunState> {
  const { plan, manifest, claim } = run;
  const verdict = await decide(plan, manifest, services);
  switch (verdict.verdict) {
    case 'moved':
      return { state: 'loading', ranges: manifest.counts.ranges, missing: 0, enqueued: 0 };
    case 'trial':
      return endTrial(run, services);
    case 'unpublished':
      return endUnpublished({ claim, plan, manifest, ending: verdict.ending }, services);
    case 'published':
      return endPublished(run, verdict.pointer, services);
  }
}

/** Of a run that ended before, and whose ending somebody has removed. */
const expires =
  'it has ended unpublished before, and what it loaded is left to expire: load the dataset anew';

type Verdict =
  | { readonly verdict: 'published'; readonly pointer: Pointer }
  | { readonly verdict: 'unpublished'; readonly ending: UnpublishedEnding }
  /** A complete subset, which is never published. */
  | { readonly verdict: 'trial' }
  /** Somebody else has just moved the pointer: what that means is derived anew the next time. */
  | { readonly verdict: 'moved' };

async function decide(plan: Plan, manifest: Manifest, services: ConcludeServices): Promise<Verdict> {
  const { lake, clock } = services;
  const { counts, problems, subset } = manifest;
  if (problems.length > 0) return leave(plan, { ending: 'refused', reasons: [...problems] }, services);
  if (subset) return { verdict: 'trial' };
  const before = await readPointer(lake, manifest);
  if (before && isSuperseded(plan.runId, before)) {
    // One that readers can be brought back to was published, whichever version did it.
    if (wasSeen(plan, before)) await decideEnding(plan, { ending: 'published' }, services);
    const records = counts.staged - counts.repeated;
    return leave(plan, { ending: 'superseded', by: before.runId, records }, services);
  }
  const other = otherBase(manifest, before);
  if (other) return leave(plan, { ending: 'refused', reasons: [other] }, services);
  if (before?.runId !== plan.runId) {
    if (await isExpiring(lake, plan)) return leave(plan, { ending: 'refused', reasons: [expires] }, services);
    const table = await curateOnce(plan, manifest, services);
    const ending = await decideEnding(plan, { ending: 'published' }, services);
    if (ending.ending !== 'published') return { verdict: 'unpublished', ending };
    await publish(lake, { manifest, table, keepRuns: plan.keepRuns }, new Date(clock.now()));
  }
  const pointer = await readPointer(lake, manifest);
  return pointer?.runId === plan.runId ? { verdict: 'published', pointer } : { verdict: 'moved' };
}

/** One that was about to be published, and that readers do not see now, ends so too; its objects do not expire, since some may have seen them. */
async function leave(
  plan: Plan,
  wanted: WantedEnding<UnpublishedEnding>,
  services: ConcludeServices,
): Promise<Verdict> {
  const ending = await decideEnding(plan, wanted, services);
  if (ending.ending !== 'published') return { verdict: 'unpublished', ending };
  return { verdict: 'unpublished', ending: { ...wanted, version: 1, at: ending.at } };
}

async function endPublished(
  { plan, manifest, claim }: Verified,
  pointer: Pointer,
  services: ConcludeServices,
): Promise<RunState> {
  const { lake, catalog, events } = services;
  const { warnings } = manifest;
  const { publishedAt } = pointer;
  await writeWatermark(lake, plan);
  await insist(
    { run: plan, what: 'table', failure: 'its table in the catalog does not follow' },
    () => catalog.follow(pointer),
    services,
  );
  await report({ plan, manifest, state: 'published', publishedAt }, services);
  await insist(
    { run: plan, what: 'event', failure: 'its event could not be emitted' },
    () => events.emit(publishedEvent(pointer, services)),
    services,
  );
  await free({ claim, plan, manifest, ending: undefined }, services);
  return { state: 'published', records: pointer.records, ...(warnings.length > 0 && { warnings }) };
}

/** Nobody but who asked for a trial is told of it. */
async function endTrial({ plan, manifest, claim }: Verified, services: ConcludeServices): Promise<RunState> {
  await report({ plan, manifest, state: 'verified' }, services);
  await releaseClaim(services.lake, claim);
  return { state: 'verified', records: manifest.counts.staged };
}
