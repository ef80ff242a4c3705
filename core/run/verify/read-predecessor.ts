import type { Plan } from '../../plan/plan';
import { unlessUnreadable } from '../document';
import type { Lake } from '../ports';
import { isSuperseded, readPointer } from '../publish/pointer';
import { readManifest } from './manifest';
import type { Predecessor } from './predecessor';

/**
 * The table that readers see now, where a run would take its place: null where nothing is published yet, undefined where the run takes no table's
 * place, since it is a trial, is merged into the table, or is published already or overtaken. The pointer says how many rows the table has, so
 * a manifest that is gone or broken costs only the hint at another definition. A pointer that is broken is thrown: nothing is published past it.
 */
export async function readPredecessor(
  plan: Plan,
  lake: Pick<Lake, 'get'>,
): Promise<Predecessor | null | undefined> {
  if (plan.subset || plan.increment) return undefined;
  const { source, dataset } = plan;
  const pointer = await readPointer(lake, plan);
  if (!pointer) return null;
  const { runId, records, increment } = pointer;
  if (runId === plan.runId || isSuperseded(plan.runId, pointer)) return undefined;
  const manifest = await readManifest(lake, { source, dataset, runId }).catch(unlessUnreadable);
  return {
    runId,
    records,
    ...(manifest && { definition: manifest.definition }),
    ...(increment && { isMerged: true }),
  };
}
