import { type Plan, planSchema } from '../../plan/plan';
import { readDocument } from '../document';
import { planKey, type RunName } from '../keys';
import type { Lake } from '../ports';

/** The plan of a run, if it has been made. */
export function readPlan(lake: Pick<Lake, 'get'>, run: RunName): Promise<Plan | undefined> {
  return readDocument(planSchema, planKey(run), lake);
}
