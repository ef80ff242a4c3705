import { z } from 'zod';
import { readDocument } from '../document';
import { expectedKey, type RunName } from '../keys';
import type { Lake } from '../ports';

const expectedSchema = z.object({
  version: z.literal(1),
  /** ISO 8601. */
  since: z.iso.datetime(),
});

/**
 * Since when a dataset is expected to be loaded by itself, in milliseconds since the epoch: what reconcile wrote down when it first saw that it
 * was and that nothing is published, or `now`, which it then writes down.
 */
export async function expectedSince(
  dataset: Omit<RunName, 'runId'>,
  now: number,
  lake: Pick<Lake, 'get' | 'putIfAbsent'>,
): Promise<number> {
  const key = expectedKey(dataset);
  const known = await readDocument(expectedSchema, key, lake);
  if (known) return Date.parse(known.since);
  const text = JSON.stringify({ version: 1, since: new Date(now).toISOString() }, null, 2);
  await lake.putIfAbsent(key, text, { contentType: 'application/json' });
  return now;
}
