import { BaseloadError } from '../../errors';
import type { Plan } from '../../plan/plan';
import { readClaim } from '../claim';
import type { RunName } from '../keys';
import { readPlan } from '../plan/read-plan';
import type { Lake } from '../ports';
import { type Pointer, readPointer } from '../publish/pointer';
import { type Manifest, manifestObjects, readManifest } from '../verify/manifest';
import { quarantineProblem } from '../verify/quarantine-problem';
import { readVerification, type Verification } from '../verify/verification';
import { runIds } from './run-ids';
import { type RunKind, runKind } from './run-kind';

/** A run of a dataset's history. */
export interface RunRecord {
  readonly runId: string;
  readonly kind: RunKind;
  /**
   * 'published': readers see it; 'kept': they did, and can again by a rollback; 'past': verified, and neither; 'verified': a trial;
   * 'refused': it falls short; 'open': under way; 'unfinished': it ended, or was given up, before everything was there; 'unreadable':
   * its documents are not of this version.
   */
  readonly state:
    | 'published'
    | 'kept'
    | 'past'
    | 'verified'
    | 'refused'
    | 'open'
    | 'unfinished'
    | 'unreadable';
  readonly verdict?: Verification['verdict'] | undefined;
  readonly records?: number | undefined;
  readonly pages?: number | undefined;
  readonly problems: readonly string[];
  /** Set where it was refused for what is in quarantine; `replayable` is the run whose pages were kept, if any were. */
  readonly quarantine?: { readonly replayable: string | undefined } | undefined;
  readonly warnings: readonly string[];
  /** From its plan to its verification. */
  readonly seconds?: number | undefined;
}

/** The runs of a dataset, the newest first, `limit` at most. */
export async function* runHistory(
  dataset: Omit<RunName, 'runId'>,
  lake: Pick<Lake, 'list' | 'get'>,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<RunRecord> {
  const ids: string[] = [];
  for await (const runId of runIds(dataset, lake)) ids.push(runId);
  const [claim, pointer] = await Promise.all([readClaim(lake, dataset), readPointer(lake, dataset)]);
  for (const runId of ids.reverse().slice(0, limit)) {
    yield await runRecord({ ...dataset, runId }, { openRun: claim?.runId, pointer }, lake);
  }
}

/** What the run's dataset shows, and which run is loading it. */
export interface Standing {
  readonly openRun: string | undefined;
  readonly pointer: Pick<Pointer, 'runId' | 'previous'> | undefined;
}

/** What became of one run. */
export async function runRecord(
  run: RunName,
  standing: Standing,
  lake: Pick<Lake, 'get'>,
): Promise<RunRecord> {
  try {
    const [plan, manifest, verification] = await Promise.all([
      readPlan(lake, run),
      readManifest(lake, run),
      readVerification(lake, run),
    ]);
    const from = plan && Date.parse(plan.plannedAt);
    const to = verification && Date.parse(verification.verifiedAt);
    return {
      runId: run.runId,
      kind: manifest || plan ? runKind(manifest ?? plan ?? { subset: false }) : { type: 'full' },
      state: stateOf(run.runId, manifest, standing),
      verdict: verification?.verdict,
      records: manifest?.counts.staged,
      pages: manifest?.counts.pages,
      problems: manifest?.problems ?? [],
      quarantine: plan && manifest && (await refusedForQuarantine(plan, manifest, lake)),
      warnings: manifest?.warnings ?? [],
      seconds: from === undefined || to === undefined ? undefined : (to - from) / 1000,
    };
  } catch (error) {
    if (!(error instanceof BaseloadError)) throw error;
    return {
      runId: run.runId,
      kind: { type: 'full' },
      state: 'unreadable',
      problems: [error.message],
      warnings: [],
    };
  }
}

/** Whether a run was refused for what is in quarantine, and which run's pages could then be shaped anew; undefined where it was not. */
export async function refusedForQuarantine(
  plan: Pick<Plan, 'dataset' | 'maxQuarantinedRatio'>,
  manifest: Manifest,
  lake: Pick<Lake, 'get'>,
): Promise<RunRecord['quarantine']> {
  if (manifest.problems.length === 0) return undefined;
  const [problem] = quarantineProblem(plan, manifest.counts, manifest.observations);
  if (problem === undefined || !manifest.problems.includes(problem)) return undefined;
  if (manifest.replayOf) return { replayable: manifest.replayOf.runId };
  if (manifest.increment) return { replayable: undefined };
  // One definition loaded all of them, so one tells for all.
  for await (const { receipt } of manifestObjects(manifest, lake)) {
    return { replayable: receipt.raw === undefined ? undefined : manifest.runId };
  }
  return { replayable: undefined };
}

function stateOf(
  runId: string,
  manifest: Pick<Manifest, 'problems' | 'subset'> | undefined,
  { openRun, pointer }: Standing,
): RunRecord['state'] {
  if (pointer?.runId === runId) return 'published';
  if (pointer?.previous.some((kept) => kept.runId === runId)) return 'kept';
  if (openRun === runId) return 'open';
  if (!manifest) return 'unfinished';
  if (manifest.problems.length > 0) return 'refused';
  return manifest.subset ? 'verified' : 'past';
}
