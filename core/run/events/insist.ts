import { TransientError } from '../../errors';
import type { RunName } from '../keys';
import type { Clock, Telemetry } from '../ports';

/** How long a run that has ended keeps its dataset because others could not be told of it. */
const longestMinutes = 60;

/** Something that others are owed when a run has ended. */
export interface Owed {
  readonly run: RunName;
  /** ISO 8601, when the run ended. */
  readonly since: string;
  /** What did not happen where it fails, for people: 'its table in the catalog does not follow'. */
  readonly failure: string;
}

/**
 * Does what others are owed of a run that has ended. Where it fails, it rejects with a TransientError, so that the claim stays and the next pass tries again;
 * but an hour after the run has ended that is only logged, since the next run of the dataset matters more than word of this one.
 */
export async function insist(
  { run, since, failure }: Owed,
  act: () => Promise<void>,
  { clock, telemetry }: { readonly clock: Pick<Clock, 'now'>; readonly telemetry: Telemetry },
): Promise<void> {
  try {
    await act();
  } catch (cause) {
    const { source, dataset, runId } = run;
    if (clock.now() - Date.parse(since) < longestMinutes * 60_000) {
      throw new TransientError(
        `run ${runId} of ${source}/${dataset} has ended, but ${failure} (${String(cause)}): this is tried again every minute, for an hour`,
        { cause },
      );
    }
    telemetry.warn(`A run has ended, but ${failure}, and this is not tried any more`, {
      ...{ source, dataset, runId, reason: String(cause) },
    });
  }
}
