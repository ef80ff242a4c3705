import { TransientError } from '../errors';
import { type Extent, makePlan } from '../plan/make-plan';
import { type Plan, planSchema } from '../plan/plan';
import type { Dataset, Source } from '../source/source';
import { type Claim, keepClaim, releaseClaim } from './claim';
import { parseDocument } from './document';
import { planKey, type RunName } from './keys';
import type { Clock, Lake, Telemetry } from './ports';

export interface PlanOnceServices {
  readonly source: Source;
  readonly lake: Lake;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** Asks the source for its first page. */
  discover(dataset: Dataset): Promise<Extent>;
}

/**
 * The plan of a run: made by whoever gets there first, and read by everyone else. When it cannot be made, the
 * claim is released, so that the next run need not wait for this one to grow old.
 */
export async function planOnce(
  request: { readonly run: RunName; readonly dataset: Dataset; readonly onlyPages?: number | undefined },
  claim: Claim,
  { source, lake, telemetry, clock, discover }: PlanOnceServices,
): Promise<Plan> {
  const { run, dataset, onlyPages } = request;
  const existing = await readPlan(lake, run);
  if (existing) return existing;
  try {
    const watermark = new Date(clock.now());
    const extent = await discover(dataset);
    const plan = makePlan({
      source: source.name,
      dataset,
      limits: source.limits,
      runId: run.runId,
      extent,
      watermark,
      plannedAt: new Date(clock.now()),
      onlyPages,
    });
    if (!(await keepClaim(lake, claim))) {
      throw new TransientError(
        `run ${run.runId} lost its claim on ${run.source}/${run.dataset} while it was being planned: call fan-out again`,
      );
    }
    await lake.putIfAbsent(planKey(run), JSON.stringify(plan, null, 2), { contentType: 'application/json' });
    telemetry.info('Planned', { ...run, total: plan.total, pageSize: plan.pageSize });
    return (await readPlan(lake, run)) ?? plan; // the first writer's plan is the plan
  } catch (error) {
    if (!claim.kept) {
      await releaseClaim(lake, claim).catch((notReleased) => {
        telemetry.warn('The claim could not be released', { ...run, reason: String(notReleased) });
      });
    }
    throw error;
  }
}

/** The plan of a run, if it has been made. */
export async function readPlan(lake: Pick<Lake, 'get'>, run: RunName): Promise<Plan | undefined> {
  const found = await lake.get(planKey(run));
  return found && parseDocument(planSchema, found.text, planKey(run));
}
