import { z } from 'zod';
import { readDocument } from '../document';
import { planKey, type RunName } from '../keys';
import type { Lake } from '../ports';
import type { Pointer, PublishedRun } from './pointer';

/** What decides which runs stay. */
export interface Keeping {
  readonly dataset: Omit<RunName, 'runId'>;
  /** What readers see, and what is kept for rollback; undefined where nothing is published. */
  readonly pointer: Pointer | undefined;
  /** The run that is loading. */
  readonly openRun: string | undefined;
  /** Runs that stay for rollback besides the current one. @default as many as the pointer keeps */
  readonly keep?: number | undefined;
  /** How long a run stays that readers may have seen, or that somebody may still look into. */
  readonly graceHours: number;
  readonly now: Date;
}

/** Runs that stay. */
export interface Kept {
  /** Why each stays: 'readers see it', … */
  readonly why: ReadonlyMap<string, string>;
  /** Those whose raw pages stay whatever their age, because another run needs them or readers see the run. */
  readonly withRaw: ReadonlySet<string>;
}

/** What a plan of whatever version says of the runs that it needs. */
const needsSchema = z.looseObject({
  replayOf: z.looseObject({ runId: z.string() }).optional(),
  increment: z.looseObject({ base: z.looseObject({ runId: z.string() }) }).optional(),
});

/**
 * Runs of which nothing may be removed: the published one, those that are kept for rollback, the open one, whatever these replay or are added to (and what that
 * in turn replays), and those that readers may still be reading.
 */
export async function whatIsKept(
  runs: Iterable<string>,
  keeping: Keeping,
  lake: Pick<Lake, 'get'>,
): Promise<Kept> {
  const { pointer, openRun, dataset } = keeping;
  const why = new Map<string, string>();
  const withRaw = new Set<string>();
  const keep = (runId: string, reason: string) => why.has(runId) || why.set(runId, reason);
  const need = (runId: string, reason: string) => {
    withRaw.add(runId);
    keep(runId, reason);
  };
  if (pointer) {
    need(pointer.runId, 'readers see it');
    for (const { runId } of pointer.previous.slice(0, keeping.keep)) keep(runId, 'kept for rollback');
  }
  if (openRun !== undefined) need(openRun, 'it is loading');
  for (const runId of runs) {
    if (isRecent(runId, keeping)) keep(runId, `readers may have seen it in the last ${keeping.graceHours} h`);
  }
  // A Map yields what is added while it is gone through.
  for (const [runId] of why) {
    const needs = await needsOf({ ...dataset, runId }, lake);
    if (needs?.replayOf) need(needs.replayOf.runId, `run ${runId} is a replay of it`);
    if (needs?.increment && runId === openRun) need(needs.increment.base.runId, `run ${runId} adds to it`);
  }
  return { why, withRaw };
}

function needsOf(run: RunName, lake: Pick<Lake, 'get'>): Promise<z.infer<typeof needsSchema> | undefined> {
  return readDocument(needsSchema, planKey(run), lake);
}

/** Whether the run began, or left readers, less than the grace ago. */
function isRecent(runId: string, { pointer, graceHours, now }: Keeping): boolean {
  const since = now.getTime() - graceHours * 3_600_000;
  return Math.max(momentOf(runId), leftReaders(runId, pointer)) > since;
}

/**
 * When a run left readers at the latest: when the next one that the pointer still knows was published, or when an operator went back from it. A run that
 * the pointer no longer knows was left for one that is at most as old as that one.
 */
function leftReaders(runId: string, pointer: Pointer | undefined): number {
  if (!pointer) return 0;
  const { previous, rolledBack } = pointer;
  const later = [pointer, ...previous].filter((run) => run.runId > runId);
  const next = later.reduce<PublishedRun | undefined>(
    (first, run) => (first && first.runId < run.runId ? first : run),
    undefined,
  );
  const gone = rolledBack?.from === runId ? Date.parse(rolledBack.at) : 0;
  return Math.max(gone, next ? Date.parse(next.publishedAt) : 0);
}

/** The moment that a run is named after. */
export function momentOf(runId: string): number {
  const [date = '', time = ''] = runId.toUpperCase().split('T');
  return Date.parse(`${date}T${time.replace(/^(\d\d)-(\d\d)-(\d\d)-(\d{3})Z$/, '$1:$2:$3.$4Z')}`);
}
