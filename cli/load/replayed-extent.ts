import type { Plan } from '../../core/plan/plan';
import type { Unrolled } from '../../core/run/missing/unroll';
import type { Lake } from '../../core/run/ports';
import { readPointer } from '../../core/run/publish/pointer';
import { readManifest } from '../../core/run/verify/manifest';
import { counted } from '../format';

/** What a replay shapes anew, in one line; undefined of a run that asks the source. */
export async function replayedExtent(
  plan: Plan,
  { present }: Pick<Unrolled, 'present'>,
  lake: Pick<Lake, 'get'>,
): Promise<string | undefined> {
  if (!plan.replayOf) return undefined;
  const { runId } = plan.replayOf;
  const replayed = await readManifest(lake, { ...plan, runId });
  const pages = replayed ? `${counted(replayed.counts.pages, 'page')} ` : '';
  const there = present.size > 0 ? `; ${counted(present.size, 'range')} there already` : '';
  const what = plan.subset ? 'trial' : 'run';
  return `replaying ${what} ${runId}: ${pages}from raw, no request to the source${there}`;
}

/** Says that what readers see is fresher than what a replay will show them; undefined where it is not. */
export async function olderThanPublished(plan: Plan, lake: Pick<Lake, 'get'>): Promise<string | undefined> {
  if (!plan.replayOf || plan.subset) return undefined;
  const published = await readPointer(lake, plan);
  if (!published || Date.parse(published.watermark) <= Date.parse(plan.watermark)) return undefined;
  return `run ${published.runId} is published and complete up to ${published.watermark}; this replay takes its place and is complete up to ${plan.watermark}`;
}
