import { z } from 'zod';
import { TransientError } from '../../errors';
import { readDocument, unlessUnreadable } from '../document';
import { owedKey, type RunName } from '../keys';
import type { Clock, Lake, Telemetry } from '../ports';

/** How long, from the first attempt that failed, a run that has ended keeps its dataset because others could not be told of it. */
const longestMinutes = 60;

/** So often it is tried at least, so that no single refusal is the last where reconcile itself was down in between. */
const fewestAttempts = 10;

/** What could not be done yet. */
const debtSchema = z.object({
  version: z.literal(1),
  /** ISO 8601, when it first failed. */
  since: z.string(),
  /** How often it has failed. */
  attempts: z.int().min(1),
});

/** Something that others are owed when a run has ended. */
export interface Owed {
  readonly run: RunName;
  /** Names the debt among those of the run. */
  readonly what: 'table' | 'event';
  /** What did not happen where it fails, for people: 'its table in the catalog does not follow'. */
  readonly failure: string;
}

export interface InsistServices {
  readonly lake: Pick<Lake, 'get' | 'put'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly telemetry: Telemetry;
}

/**
 * Does what others are owed of a run that has ended. Where it fails, it rejects with a TransientError, so that the claim stays and the next pass tries again;
 * but when that very thing has failed for an hour, and ten times, it is only logged, since the next run of the dataset matters more than word of this one.
 */
export async function insist(
  { run, what, failure }: Owed,
  act: () => Promise<void>,
  services: InsistServices,
): Promise<void> {
  try {
    await act();
  } catch (cause) {
    const { source, dataset, runId } = run;
    if (await mayFailAgain(owedKey(run, what), services)) {
      throw new TransientError(
        `run ${runId} of ${source}/${dataset} has ended, but ${failure} (${String(cause)}): this is tried again every minute, for an hour`,
        { cause },
      );
    }
    services.telemetry.warn(
      `A run has ended, but ${failure}, and its dataset does not wait for that any more`,
      {
        ...{ source, dataset, runId, reason: String(cause) },
      },
    );
  }
}

/** Notes one more failure; whether there is patience left. */
async function mayFailAgain(
  key: string,
  { lake, clock }: Pick<InsistServices, 'lake' | 'clock'>,
): Promise<boolean> {
  const now = clock.now();
  const noted = await readDocument(debtSchema, key, lake).catch(unlessUnreadable);
  const debt = {
    version: 1,
    since: noted?.since ?? new Date(now).toISOString(),
    attempts: (noted?.attempts ?? 0) + 1,
  };
  await lake.put(key, JSON.stringify(debt), { contentType: 'application/json' });
  return debt.attempts < fewestAttempts || now - Date.parse(debt.since) < longestMinutes * 60_000;
}
