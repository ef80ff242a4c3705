import { BaseloadError } from '../errors';
import { claimKey, type RunName } from './keys';
import type { Telemetry } from './ports';
import type { RunReport, Stuck } from './run-state';

/** An open run that could not be reconciled. */
export interface FailedPass {
  readonly dataset: Omit<RunName, 'runId'>;
  /** Undefined where the claim itself cannot be read. */
  readonly runId: string | undefined;
  readonly error: unknown;
}

/** Logs why; of an error that is no sentence of ours, with its trace. */
export function logFailedPass(
  { dataset, runId, error }: FailedPass,
  telemetry: Pick<Telemetry, 'warn'>,
): void {
  const { source, dataset: name } = dataset;
  const trace = error instanceof Error && !(error instanceof BaseloadError) ? error.stack : undefined;
  telemetry.warn('An open run could not be reconciled', {
    ...{ source, dataset: name, runId },
    claim: claimKey(dataset),
    reason: reasonOf(error),
    ...(trace !== undefined && { trace }),
  });
}

/**
 * The failures as reports, each counted of its dataset, so that one run that cannot be read is that run's own trouble. Throws where it is shared: an
 * AggregateError where several are open and not one of them could be reconciled.
 */
export function reportStuck(
  failed: readonly FailedPass[],
  { reconciled, telemetry }: { readonly reconciled: number; readonly telemetry: Pick<Telemetry, 'count'> },
): RunReport[] {
  if (failed.length > 1 && reconciled === 0) {
    throw new AggregateError(
      failed.map(({ error }) => error),
      `none of the ${failed.length} open runs could be reconciled; the first: ${reasonOf(failed[0]?.error)}`,
    );
  }
  return failed.map(({ dataset: { source, dataset }, runId, error }) => {
    telemetry.count('RunStuck', 1, { source, dataset });
    return { source, dataset, runId, ...stuckBy(error) };
  });
}

function stuckBy(error: unknown): Stuck {
  const failure = error instanceof BaseloadError ? error.failure : 'unknown';
  return { state: 'stuck', reason: reasonOf(error), failure };
}

function reasonOf(error: unknown): string {
  return error instanceof BaseloadError ? error.message : String(error);
}
