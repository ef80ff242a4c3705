import { z } from 'zod';
import { readDocument } from '../document';
import { progressKey, type RunName } from '../keys';
import type { Clock, Lake } from '../ports';

/** How much of a run was there, and when that was first seen. */
const progressSchema = z.object({
  version: z.literal(1),
  /** Ranges that existed; of a look, those of the run's own pages and of looks before it are not counted. */
  present: z.int().min(0),
  look: z.int().min(1).optional(),
  /** ISO 8601. */
  at: z.string(),
});

/** So often it is written down that a run goes on. */
const noteHours = 1;

/** What a run has of the ranges that it is loading. */
export interface Present {
  readonly present: number;
  readonly look?: number | undefined;
}

/**
 * Milliseconds since the epoch when a run was last seen to have come further; `since` for one of which nothing has come. A load may take days,
 * and what has come to a stop must not hold its dataset for ever: only time without progress tells them apart.
 */
export async function lastProgress(
  run: RunName,
  { present, look }: Present,
  since: number,
  { lake, clock }: { readonly lake: Pick<Lake, 'get' | 'put'>; readonly clock: Pick<Clock, 'now'> },
): Promise<number> {
  const now = clock.now();
  if (now - since < noteHours * 3_600_000 || (present === 0 && look === undefined)) return since;
  const key = progressKey(run);
  const noted = await readDocument(progressSchema, key, lake);
  if (noted && noted.present === present && noted.look === look) return Date.parse(noted.at);
  if (noted && now - Date.parse(noted.at) < noteHours * 3_600_000) return Date.parse(noted.at);
  const document = {
    version: 1,
    present,
    ...(look === undefined ? {} : { look }),
    at: new Date(now).toISOString(),
  };
  await lake.put(key, JSON.stringify(document), { contentType: 'application/json' });
  return now;
}
