import type { Plan } from '../plan/plan';
import type { RunOutcome } from '../report/gather/run-outcome';
import { type Claim, releaseClaim } from './claim';
import { type CurateServices, curateOnce } from './curate/curate-once';
import type { Clock, Lake, Telemetry } from './ports';
import { otherBase } from './publish/increment-base';
import { isSuperseded, publish, readPointer } from './publish/pointer';
import { writeWatermark } from './publish/watermark';
import type { RunState } from './run-state';
import type { Manifest } from './verify/manifest';

export interface ConcludeServices extends CurateServices {
  readonly lake: Lake;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** Draws a finished run's report, and writes it. @default no report */
  readonly writeReport?: ((outcome: RunOutcome) => Promise<void>) | undefined;
}

/**
 * Ends a run that is verified: curates and publishes it, or says why not, and gives its dataset free. Each step finds what the ones before have
 * written, so it may die between any two.
 */
export async function conclude(
  plan: Plan,
  manifest: Manifest,
  claim: Claim,
  services: ConcludeServices,
): Promise<RunState> {
  const { lake, telemetry } = services;
  const state = await verdict(plan, manifest, services);
  if (state.state === 'loading') return state;
  if (state.state === 'published') telemetry.count('RunPublished', 1);
  if (state.state === 'refused') telemetry.count('RunFailed', 1);
  const pointer = state.state === 'published' ? await readPointer(lake, plan) : undefined;
  // Why an increment finds no table to be added to is no finding of its verification.
  const told = state.state === 'refused' ? { ...manifest, problems: [...state.problems] } : manifest;
  await report({ plan, manifest: told, state: state.state, publishedAt: pointer?.publishedAt }, services);
  await releaseClaim(lake, claim);
  return state;
}

/** How a run may end, and what readers see then. */
type Ending = Exclude<Extract<RunState, { state: RunOutcome['state'] }>, { state: 'failed' }>;

async function verdict(
  plan: Plan,
  manifest: Manifest,
  services: ConcludeServices,
): Promise<Ending | Extract<RunState, { state: 'loading' }>> {
  const { lake, clock } = services;
  const { counts, problems, warnings, subset } = manifest;
  if (problems.length > 0) return { state: 'refused', problems };
  if (subset) return { state: 'verified', records: counts.staged };
  const before = await readPointer(lake, manifest);
  if (before && isSuperseded(plan.runId, before)) {
    return { state: 'superseded', records: counts.staged - counts.repeated, by: before.runId };
  }
  const other = otherBase(manifest, before);
  if (other) return { state: 'refused', problems: [other] };
  if (before?.runId !== plan.runId) {
    const table = await curateOnce(plan, manifest, services);
    await publish(lake, { manifest, table, keepRuns: plan.keepRuns }, new Date(clock.now()));
  }
  const pointer = await readPointer(lake, manifest);
  // Somebody else has just moved the pointer: what that means is derived anew the next time.
  if (pointer?.runId !== plan.runId) {
    return { state: 'loading', ranges: counts.ranges, missing: 0, enqueued: 0 };
  }
  await writeWatermark(lake, pointer);
  return { state: 'published', records: pointer.records, ...(warnings.length > 0 && { warnings }) };
}

/** A report that cannot be drawn keeps nothing from readers. */
export async function report(
  outcome: RunOutcome,
  { telemetry, writeReport }: Pick<ConcludeServices, 'telemetry' | 'writeReport'>,
): Promise<void> {
  const { source, dataset, runId } = outcome.plan;
  try {
    await writeReport?.(outcome);
  } catch (error) {
    telemetry.warn('The report could not be written', { source, dataset, runId, reason: String(error) });
  }
}
