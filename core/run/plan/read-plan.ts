import { type Plan, planSchema } from '../../plan/plan';
import { parseDocument } from '../document';
import { planKey, type RunName } from '../keys';
import type { Lake } from '../ports';

/** The plan of a run, if it has been made. */
export async function readPlan(lake: Pick<Lake, 'get'>, run: RunName): Promise<Plan | undefined> {
  const found = await lake.get(planKey(run));
  return found && parseDocument(planSchema, found.text, planKey(run));
}
