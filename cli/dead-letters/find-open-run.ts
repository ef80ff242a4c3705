import { ConfigurationError } from '../../core/errors';
import type { MissingRanges } from '../../core/run/dead/give-up';
import { beingLoaded } from '../../core/run/drift/being-loaded';
import type { RunName } from '../../core/run/keys';
import { unroll } from '../../core/run/missing/unroll';
import { readPlan } from '../../core/run/plan/read-plan';
import type { ReadableLake } from '../../core/run/status/open-run';
import { openRunsOf } from './dead-survey';

/** Runs that a sentence names. */
const mostNamed = 10;

/** Finds an open run by its id, and by its dataset's name where that is not enough; a ConfigurationError names those that there are. */
export async function findOpenRun(
  runId: string,
  dataset: string | undefined,
  lake: ReadableLake,
): Promise<RunName> {
  const open: RunName[] = [];
  for await (const run of openRunsOf(undefined, lake)) open.push(run);
  const found = open.filter((run) => run.runId === runId && isNamed(run, dataset));
  const [first, ...others] = found;
  if (!first) {
    const of = dataset === undefined ? '' : ` of ${dataset}`;
    const there = open.length === 0 ? 'no run is' : `there are ${named(open)}`;
    throw new ConfigurationError(`no run ${runId}${of} is open: ${there}`);
  }
  if (others.length === 0) return first;
  throw new ConfigurationError(
    `several datasets have an open run ${runId}: add --dataset with one of ${found.map(({ source, dataset: name }) => `${source}/${name}`).join(', ')}`,
  );
}

/** What an open run misses: of its own pages, or, where those are all there, of the look that it is at. */
export async function missingOf(run: RunName, lake: ReadableLake): Promise<MissingRanges> {
  const plan = await readPlan(lake, run);
  if (!plan) {
    throw new ConfigurationError(
      `run ${run.runId} of ${run.source}/${run.dataset} is not planned yet, so nobody knows its ranges: wait for its plan`,
    );
  }
  return beingLoaded(plan, await unroll(plan, lake), lake);
}

function isNamed(run: RunName, dataset: string | undefined): boolean {
  return dataset === undefined || dataset === run.dataset || dataset === `${run.source}/${run.dataset}`;
}

function named(runs: readonly RunName[]): string {
  const names = runs
    .slice(0, mostNamed)
    .map(({ source, dataset, runId }) => `${runId} of ${source}/${dataset}`);
  return runs.length > mostNamed ? `${names.join(', ')} and others` : names.join(', ');
}
