import { BaseloadError } from '../../errors';
import { readClaim } from '../claim';
import type { RunName } from '../keys';
import { type Manifest, readManifest } from '../manifest';
import { type Pointer, readPointer } from '../pointer';
import type { Lake } from '../ports';
import { readPlan } from '../read-plan';
import { readVerification, type Verification } from '../verification';
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
