import { z } from 'zod';
import { ConfigurationError } from '../../errors';
import { definitionHash } from '../../source/definition-hash';
import type { Dataset, Source } from '../../source/source';
import { claimDataset } from '../claim';
import { readUnpublished, type UnpublishedEnding } from '../ending/ending';
import { enqueueMissing } from '../missing/enqueue-missing';
import type { Clock, PageQueue } from '../ports';
import { type PlanOnceServices, planOnce } from './plan-once';
import { isRunId, runIdAt } from './run-id';

const runId = z.string().refine(isRunId, 'not a run id such as 2026-01-31t03-00-00-000z');

/**
 * What starts a run: a schedule says when it was due, a person may name the run, ask for the first pages only, for what changed only, or for
 * a replay of an earlier run.
 */
const fanOutRequestSchema = z
  .strictObject({
    dataset: z.string(),
    runId: runId.optional(),
    /** ISO 8601, filled in by the schedule: a retried invocation is the same run. */
    scheduledTime: z.string().optional(),
    onlyPages: z.int().min(1).optional(),
    /** The run whose raw pages are shaped anew, with the definition of today and without asking the source. */
    replayOf: runId.optional(),
    /** Everything, or only what changed since the published run. @default 'full', and as planned for a run that is continued */
    mode: z.enum(['full', 'incremental']).optional(),
  })
  .refine(({ onlyPages, replayOf }) => onlyPages === undefined || replayOf === undefined, {
    path: ['onlyPages'],
    message: 'not with replayOf: a replay has the pages of its run',
  })
  .refine(({ mode, onlyPages }) => mode !== 'incremental' || onlyPages === undefined, {
    path: ['onlyPages'],
    message: "not with mode 'incremental': a part of what changed makes no table",
  })
  .refine(({ mode, replayOf }) => mode !== 'incremental' || replayOf === undefined, {
    path: ['replayOf'],
    message: "not with mode 'incremental': a replay asks the source for nothing",
  });

export type FanOutRequest = z.infer<typeof fanOutRequestSchema>;

/** Reads the event that fan-out was called with; a ConfigurationError says what is wrong with it. */
export function parseFanOutRequest(event: unknown): FanOutRequest {
  const parsed = fanOutRequestSchema.safeParse(event);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'event'}: ${message}`);
  throw new ConfigurationError(`fan-out cannot use what it was called with: ${problems.join('; ')}`);
}

export interface FanOutServices extends PlanOnceServices {
  readonly pageQueue: Pick<PageQueue, 'send'>;
}

export type FanOutResult =
  | { readonly status: 'enqueued'; readonly runId: string; readonly ranges: number }
  | { readonly status: 'skipped'; readonly runId: string; readonly openRun: string }
  /** The run has ended unpublished, and nothing brings it back. */
  | { readonly status: 'over'; readonly runId: string; readonly outcome: UnpublishedEnding['ending'] };

/** Plans a run once and enqueues what it still misses; safe to repeat at any point, also when the run is over. */
export async function fanOut(request: FanOutRequest, services: FanOutServices): Promise<FanOutResult> {
  const { source, lake, telemetry, clock } = services;
  const { onlyPages, replayOf, mode } = request;
  const dataset = findDataset(source, request.dataset);
  const run = { source: source.name, dataset: dataset.name, runId: chooseRunId(request, clock) };
  if (run.runId === replayOf) {
    throw new ConfigurationError(`run ${run.runId} cannot be a replay of itself: leave its runId out`);
  }

  const over = await readUnpublished(lake, run);
  if (over) {
    telemetry.info('Nothing to do: the run has ended unpublished', { ...run, outcome: over.ending });
    return { status: 'over', runId: run.runId, outcome: over.ending };
  }
  const claim = await claimDataset(lake, run, new Date(clock.now()));
  if (claim.runId !== run.runId) {
    telemetry.count('RunSkipped', 1);
    telemetry.info('Skipped: another run has claimed the dataset', { ...run, openRun: claim.runId });
    return { status: 'skipped', runId: run.runId, openRun: claim.runId };
  }

  const plan = await planOnce({ run, dataset, onlyPages, replayOf, mode }, claim, services);
  if (plan.definition !== definitionHash(dataset)) {
    throw new ConfigurationError(
      `${run.source}/${run.dataset} was changed since run ${run.runId} was planned: undo the change to continue it, or start the run over`,
    );
  }
  const ranges = await enqueueMissing(plan, services);
  return { status: 'enqueued', runId: run.runId, ranges };
}

/** The name of the run that a request is about: as it says, or after the time at which it was due, or after now. */
export function chooseRunId(
  { runId, scheduledTime, mode }: FanOutRequest,
  clock: Pick<Clock, 'now'>,
): string {
  if (runId) return runId;
  // Schedules are due at whole seconds; where both of a dataset are due at once, each has a run of its own.
  const apart = mode === 'incremental' ? 1 : 0;
  const due =
    scheduledTime === undefined ? new Date(clock.now()) : new Date(Date.parse(scheduledTime) + apart);
  if (Number.isNaN(due.getTime())) {
    throw new ConfigurationError(
      `scheduledTime '${scheduledTime}' is not a time: the schedule must send ISO 8601`,
    );
  }
  return runIdAt(due);
}

function findDataset(source: Source, name: string): Dataset {
  const dataset = source.datasets.find((candidate) => candidate.name === name);
  if (dataset) return dataset;
  const known = source.datasets.map((candidate) => candidate.name).join(', ');
  throw new ConfigurationError(`source '${source.name}' has no dataset '${name}': it has ${known}`);
}
