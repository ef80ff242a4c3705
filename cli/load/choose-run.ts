import { ConfigurationError } from '../../core/errors';
import type { Plan } from '../../core/plan/plan';
import { type Claim, readClaim, releaseClaim } from '../../core/run/claim';
import { unlessUnreadable } from '../../core/run/document';
import type { RunName } from '../../core/run/keys';
import { readPlan } from '../../core/run/plan/read-plan';
import { runIdAt } from '../../core/run/plan/run-id';
import type { Lake } from '../../core/run/ports';
import { readPointer } from '../../core/run/publish/pointer';
import { refuseIncompatible } from '../../core/run/publish/table-contract';
import { replayablePlan } from '../../core/run/replay/plan-replay';
import { readManifest } from '../../core/run/verify/manifest';
import { tableOf } from '../../core/shape/stage/table';
import { definitionHash } from '../../core/source/definition-hash';
import type { Dataset } from '../../core/source/source';
import { counted } from '../format';
import { isPlannedFor, pagesOption } from './planned-extent';

/** What somebody wants loaded. */
export interface WantedRun {
  readonly source: { readonly name: string };
  readonly dataset: Dataset;
  readonly pages?: number | undefined;
  /** The run whose raw pages are to be shaped anew. */
  readonly replayOf?: string | undefined;
  /** Only what changed since the published run. */
  readonly incremental?: boolean | undefined;
  readonly restart?: boolean | undefined;
}

/**
 * The id of the open run, to continue it, or of a new one. A ConfigurationError when the open run is not what is wanted;
 * `restart` gives it up, unless the new one would be refused, or readers see the open one already: then `say` gets a sentence on that.
 */
export async function chooseRun(
  wanted: WantedRun,
  lake: Lake,
  say: (sentence: string) => void,
): Promise<string> {
  const run = { source: wanted.source.name, dataset: wanted.dataset.name };
  const claim = await readClaim(lake, run);
  if (claim && wanted.restart) {
    const published = await publishedPlan(claim, lake);
    if (published) return continuePublished(claim, published, { wanted, say });
    await refuseInVain(run, wanted, lake);
    await releaseClaim(lake, claim);
  }
  if (!claim || wanted.restart) return runIdAt(new Date());
  const plan = await readPlan(lake, claim);
  if (plan && !isWanted(plan, wanted)) throw otherRun(claim, plan);
  return claim.runId;
}

/** The plan of an open run that readers see, and that others are yet to be told of; undefined also where reconcile cannot read what it needs for that. */
async function publishedPlan(claim: Claim, lake: Lake): Promise<Plan | undefined> {
  const pointer = await readPointer(lake, claim).catch(unlessUnreadable);
  if (pointer?.runId !== claim.runId) return undefined;
  const [plan, manifest] = await Promise.all([
    readPlan(lake, claim).catch(unlessUnreadable),
    readManifest(lake, claim).catch(unlessUnreadable),
  ]);
  return manifest && plan;
}

/** Given up now, its table in the catalog would not follow, and nobody would ever be told of it. */
function continuePublished(
  { runId }: Claim,
  plan: Plan,
  { wanted, say }: { readonly wanted: WantedRun; readonly say: (sentence: string) => void },
): string {
  const published = `run ${runId} is published, and its table in the catalog, or whoever waits for its event, is about to be told`;
  if (!isWanted(plan, wanted) || plan.definition !== definitionHash(wanted.dataset)) {
    throw new ConfigurationError(
      `${published}: run this again when npx baseload status ${plan.source}/${plan.dataset} does not show it as open any more, mostly within two hours`,
    );
  }
  say(`${published}: it is not given up but continued; run this again for a new one`);
  return runId;
}

/** What a new run would be refused for in any case must not cost the open one. */
async function refuseInVain(
  run: Omit<RunName, 'runId'>,
  { dataset, replayOf }: WantedRun,
  lake: Lake,
): Promise<void> {
  if (replayOf !== undefined) await replayablePlan({ run, dataset, replayOf }, lake);
  refuseIncompatible(`${run.source}/${run.dataset}`, tableOf(dataset), await readPointer(lake, run));
}

/**
 * A trial cannot be continued as a whole load, nor the other way round; a replay, and a load of what changed, is continued by whatever does
 * not contradict it.
 */
function isWanted(plan: Plan, { pages, replayOf, incremental = false }: WantedRun): boolean {
  if (replayOf !== undefined) return plan.replayOf?.runId === replayOf;
  if (incremental) return plan.increment !== undefined;
  return plan.replayOf || plan.increment ? pages === undefined : isPlannedFor(plan, pages);
}

function otherRun(claim: Claim, plan: Plan): ConfigurationError {
  const [what, how] = inWords(plan);
  return new ConfigurationError(
    `run ${claim.runId}${what} is still open: continue it with npx baseload ${how}, or give it up with --restart`,
  );
}

/** What a run is, and the command that continues it. */
function inWords(plan: Plan): [what: string, command: string] {
  const name = `${plan.source}/${plan.dataset}`;
  if (plan.replayOf) {
    const { runId } = plan.replayOf;
    return [`, a replay of run ${runId},`, `replay ${name} --run ${runId}`];
  }
  if (plan.increment) return [` of what changed since ${plan.increment.since}`, `run ${name} --incremental`];
  const pages = pagesOption(plan);
  if (pages === undefined) return [' of all pages', `run ${name}`];
  return [` of ${counted(pages, 'page')}`, `run ${name} --pages ${pages}`];
}
