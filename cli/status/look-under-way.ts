import type { Plan } from '../../core/plan/plan';
import { unroll } from '../../core/run/missing/unroll';
import { latestLook } from '../../core/run/status/latest-look';
import type { ReadableLake } from '../../core/run/status/open-run';
import type { LookProgress } from '../load/progress';

/** How far the last look at the source is that a run has planned; undefined where it has planned none, or all of it is there. */
export async function lookUnderWay(plan: Plan, lake: ReadableLake): Promise<LookProgress | undefined> {
  const latest = await latestLook(plan, lake);
  if (!latest) return undefined;
  const { look, kind, sequences } = latest;
  const { ranges, missingRanges, complete } = await unroll({ ...plan, look, sequences }, lake);
  return complete ? undefined : { look, kind, done: ranges - missingRanges, of: ranges };
}
