import { ConfigurationError, TransientError } from '../../errors';
import type { Extent0 } from '../../extract/page/extent';
import { makePlan, needsExtent, parametersOfAll } from '../../plan/make-plan';
import type { ParentValues } from '../../plan/parents';
import type { Increment, Plan, Sequence, SliceParameters } from '../../plan/plan';
import { unseenSlices } from '../../plan/slices';
import { tableOf } from '../../shape/stage/table';
import type { RecordSlices } from '../../source/slices';
import type { Dataset, Source } from '../../source/source';
import { type Claim, keepClaim, releaseClaim } from '../claim';
import { planKey, type RunName } from '../keys';
import type { Clock, Lake, Telemetry } from '../ports';
import { readPointer } from '../publish/pointer';
import { refuseIncompatible } from '../publish/table-contract';
import { planReplay } from '../replay/plan-replay';
import { planIncrement } from './plan-increment';
import { readPlan } from './read-plan';

export interface PlanOnceServices {
  readonly source: Source;
  readonly lake: Lake;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** Asks the source for the first page of a dataset, where `needsExtent`, with the parameters of all its pages. */
  discover(dataset: Dataset, parameters: SliceParameters): Promise<Extent0>;
  /** Reads what other datasets of the source have published: see readParents. */
  readParents(slices: readonly RecordSlices[]): Promise<ParentValues>;
  /** Sees to it that lanes can start together: see lanePreparation. */
  prepare(): Promise<void>;
}

export interface PlanRequest {
  readonly run: RunName;
  readonly dataset: Dataset;
  readonly onlyPages?: number | undefined;
  /** The run whose raw pages are to be shaped anew, instead of asking the source. */
  readonly replayOf?: string | undefined;
  /** Everything, or only what changed since the published run. @default 'full' for a new run, and as planned for one that is continued */
  readonly mode?: 'full' | 'incremental' | undefined;
}

/**
 * The plan of a run, of which anything may be enqueued: made by whoever gets there first, and read by everyone else. When
 * it cannot be made, or no lane could start, the claim is released, so that the next run need not wait for this one to
 * grow old. Of a replay the source hears nothing, not even by a lane that prepares to ask it.
 */
export async function planOnce(
  request: PlanRequest,
  claim: Claim,
  services: PlanOnceServices,
): Promise<Plan> {
  const { run } = request;
  const { lake, telemetry } = services;
  const existing = await readPlan(lake, run);
  if (existing) {
    refuseOtherReplay(request, existing);
    refuseOtherMode(request, existing);
    if (existing.replayOf === undefined) await services.prepare();
    return existing;
  }
  try {
    const plan = await newPlan(request, services);
    if (plan.replayOf === undefined) await services.prepare();
    if (!(await keepClaim(lake, claim))) {
      throw new TransientError(
        `run ${run.runId} lost its claim on ${run.source}/${run.dataset} while it was being planned: call fan-out again`,
      );
    }
    // Not indented: that would make 30 MB of 100,000 slices.
    await lake.putIfAbsent(planKey(run), JSON.stringify(plan), { contentType: 'application/json' });
    telemetry.info('Planned', { ...run, total: plan.total, sequences: plan.sequences.map(inShort) });
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

/** A run is one thing or the other from its plan on. */
function refuseOtherReplay({ run, replayOf }: PlanRequest, existing: Plan): void {
  if (replayOf === undefined || replayOf === existing.replayOf?.runId) return;
  const what = existing.replayOf
    ? `a replay of run ${existing.replayOf.runId}`
    : 'a load from the source, not a replay';
  throw new ConfigurationError(
    `run ${run.runId} of ${run.source}/${run.dataset} was planned as ${what}: finish it, or give the replay of run ${replayOf} another name`,
  );
}

function refuseOtherMode({ run, mode }: PlanRequest, { increment }: Plan): void {
  if (mode === undefined || (mode === 'incremental') === (increment !== undefined)) return;
  const [what, other] = increment
    ? [`to load what changed since ${increment.since}`, 'everything']
    : ['to load everything', 'what changed'];
  throw new ConfigurationError(
    `run ${run.runId} of ${run.source}/${run.dataset} was planned ${what}: finish it, or give the run that loads ${other} another name`,
  );
}

/** Plans what readers of the published run can go on to read: that is held against the table before anything is asked. */
async function newPlan(request: PlanRequest, services: PlanOnceServices): Promise<Plan> {
  const { run, dataset, replayOf, mode } = request;
  const { lake, clock } = services;
  const table = tableOf(dataset);
  const published = await readPointer(lake, run);
  refuseIncompatible(`${run.source}/${run.dataset}`, table, published);
  if (replayOf !== undefined) {
    return planReplay({ run, dataset, table, replayOf, plannedAt: new Date(clock.now()) }, lake);
  }
  const increment = mode === 'incremental' ? await planIncrement(run, dataset, published, lake) : undefined;
  return planRun(request, increment, services);
}

/** Finds out how much there is, or what to cut it into, and plans accordingly. */
async function planRun(
  { run, dataset, onlyPages }: PlanRequest,
  increment: Increment | undefined,
  { source, clock, discover, readParents }: PlanOnceServices,
): Promise<Plan> {
  const now = new Date(clock.now());
  const recordSlices = dataset.slices.filter((slices) => slices.type === 'records');
  const parents: ParentValues =
    recordSlices.length > 0 ? await readParents(recordSlices) : { values: new Map(), runs: [] };
  const slices = unseenSlices(dataset.slices, { now, parentValues: parents.values });
  const extent = needsExtent(dataset) ? await discover(dataset, parametersOfAll(increment)) : undefined;
  return makePlan({
    source: source.name,
    dataset,
    limits: source.limits,
    runId: run.runId,
    extent,
    slices: dataset.slices.length > 0 ? slices : undefined,
    parents: [...parents.runs],
    watermark: earliest(now, parents),
    plannedAt: new Date(clock.now()),
    onlyPages,
    increment,
  });
}

/** Nothing is asked of a parent that came after the parents were read: the baseline is as old as the oldest of them. */
function earliest(now: Date, { runs }: ParentValues): Date {
  return new Date(Math.min(now.getTime(), ...runs.map(({ watermark }) => Date.parse(watermark))));
}

/** A plan's sequence for the log, where 100,000 slices have no place. */
function inShort(sequence: Sequence): string {
  if (sequence.type === 'pages') return `${sequence.pages} pages`;
  return sequence.type === 'chain' ? 'a chain' : `a lead of ${sequence.slices.length} slices`;
}
