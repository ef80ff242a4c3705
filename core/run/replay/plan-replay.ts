import { ConfigurationError } from '../../errors';
import { parquetOf } from '../../plan/make-plan';
import type { Plan, Sequence, SliceParameters, Table } from '../../plan/plan';
import { definitionHash } from '../../source/definition-hash';
import type { Dataset } from '../../source/source';
import type { RunName } from '../keys';
import { readPlan } from '../plan/read-plan';
import type { Lake } from '../ports';
import { type Manifest, readManifest } from '../verify/manifest';
import { rangesWithoutRaw, replayableRuns } from './replayable-runs';

export interface ReplayRequest {
  /** The new run. */
  readonly run: RunName;
  /** By today's definition. */
  readonly dataset: Dataset;
  /** The dataset's table, by today's definition. */
  readonly table: Table;
  /** The run whose raw pages are shaped anew. */
  readonly replayOf: string;
  readonly plannedAt: Date;
}

/**
 * Plans a run that shapes the raw pages of another one: the same pages and the same watermark, today's definition. Whether
 * that other run was published, refused, a trial or a replay itself does not matter; a trial's replay is a trial. Throws a
 * ConfigurationError when that run cannot be replayed: see replayablePlan.
 */
export async function planReplay(request: ReplayRequest, lake: Pick<Lake, 'get' | 'list'>): Promise<Plan> {
  const { run, dataset, table, replayOf, plannedAt } = request;
  const plan = await replayablePlan(request, lake);
  return {
    ...whatWasLoaded(plan),
    runId: run.runId,
    plannedAt: plannedAt.toISOString(),
    definition: definitionHash(dataset),
    ...table,
    maxQuarantinedRatio: dataset.maxQuarantinedRatio,
    verification: { ...dataset.verification },
    ...(dataset.curate && { curate: { ...dataset.curate } }),
    ...parquetOf(dataset),
    ...(dataset.incremental && { overlapSeconds: dataset.incremental.overlapMinutes * 60 }),
    keepRuns: dataset.keepRuns,
    replayOf: { runId: replayOf, extension: plan.extension },
  };
}

/** Which run is to be replayed, whatever the new one is called. */
export interface ReplayedRun {
  readonly run: Omit<RunName, 'runId'>;
  /** By today's definition. */
  readonly dataset: Dataset;
  readonly replayOf: string;
}

/**
 * The plan of a run whose raw pages are there to be shaped by today's definition. Throws a ConfigurationError when there is no such
 * run, when it did not finish, when it kept no raw pages, and when a column reads a parameter that its slices do not have.
 */
export async function replayablePlan(request: ReplayedRun, lake: Pick<Lake, 'get' | 'list'>): Promise<Plan> {
  const { run, dataset, replayOf } = request;
  const replayed = { ...run, runId: replayOf };
  const plan = await readPlan(lake, replayed);
  if (plan === undefined) throw await refusal(request, 'there is no such run', lake);
  if (plan.increment)
    throw await refusal(request, 'it loaded only what changed, which is no table by itself', lake);
  const manifest = await readManifest(lake, replayed);
  if (manifest === undefined) {
    throw await refusal(request, 'it did not finish, so its pages are not all in the lake', lake);
  }
  const missing = await withoutRaw(manifest, lake);
  if (missing !== undefined) throw await refusal(request, missing, lake);
  refuseUnknownParameters(dataset, plan);
  return plan;
}

/** A run's pages are of the slices that it was cut into: what follows a lead or a chain has the parameters of its slice. */
function refuseUnknownParameters({ columns }: Dataset, { source, dataset, runId, sequences }: Plan): void {
  for (const [column, { options }] of Object.entries(columns)) {
    const { slice } = options;
    const lacking =
      slice === undefined ? undefined : sequences.flatMap(slicesOf).find((one) => !Object.hasOwn(one, slice));
    if (lacking === undefined) continue;
    const known = Object.keys(lacking).map((name) => `'${name}'`);
    const had = known.length === 0 ? 'was not cut into slices' : `was cut by ${known.join(', ')}`;
    throw new ConfigurationError(
      `run ${runId} of ${source}/${dataset} cannot be replayed by this definition, as its column '${column}' reads the slice parameter '${slice}' and the run ${had}: take back the parameter's name, or load the dataset from the source`,
    );
  }
}

/** The parameters of every slice that a sequence begins with. */
function slicesOf(sequence: Sequence): readonly SliceParameters[] {
  return sequence.type === 'lead'
    ? sequence.slices.map(({ parameters }) => parameters)
    : [sequence.parameters];
}

/** What of a plan is the same however its pages are shaped; the table is not. */
function whatWasLoaded(plan: Plan) {
  const { version, source, dataset, watermark, total, pagesPerRange, subset, sequences, parents } = plan;
  const known = { ...(total === undefined ? {} : { total }), ...(parents && { parents }) };
  return { version, source, dataset, watermark, ...known, pagesPerRange, subset, sequences };
}

async function withoutRaw(manifest: Manifest, lake: Pick<Lake, 'get'>): Promise<string | undefined> {
  const without = await rangesWithoutRaw(manifest, lake);
  if (without === 0) return undefined;
  const which =
    without === manifest.counts.ranges ? '' : ` of ${without} of its ${manifest.counts.ranges} page ranges`;
  return `it was loaded with keepRaw false, so there are no raw pages${which}`;
}

async function refusal(
  { run, replayOf }: ReplayedRun,
  reason: string,
  lake: Pick<Lake, 'get' | 'list'>,
): Promise<ConfigurationError> {
  const others = await replayableRuns(run, lake);
  const instead =
    others.length > 0
      ? `replay one of ${others.join(', ')}`
      : 'there is no other to replay: load the dataset from the source';
  return new ConfigurationError(
    `run ${replayOf} of ${run.source}/${run.dataset} cannot be replayed, as ${reason}; ${instead}`,
  );
}
