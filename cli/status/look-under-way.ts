import type { Plan } from '../../core/plan/plan';
import { beingLoaded } from '../../core/run/drift/being-loaded';
import type { Unrolled } from '../../core/run/missing/unroll';
import type { ReadableLake } from '../../core/run/status/open-run';
import type { LookProgress } from '../load/progress';

/** How far the last look at the source is that a run has planned; undefined where it has planned none, or all of it is there. */
export async function lookUnderWay(
  plan: Plan,
  own: Unrolled,
  lake: ReadableLake,
): Promise<LookProgress | undefined> {
  const { plan: loading, kind, unrolled } = await beingLoaded(plan, own, lake);
  if (loading.look === undefined || kind === 'own' || unrolled.complete) return undefined;
  const { ranges, missingRanges } = unrolled;
  return { look: loading.look, kind, done: ranges - missingRanges, of: ranges };
}
