import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { parseDocument } from '../document';
import { expectedKey } from '../keys';
import type { Lake } from '../ports';
import type { ExpectedDataset } from './expected-dataset';

const expectedSchema = z.object({
  version: z.literal(1),
  /** ISO 8601. */
  since: z.iso.datetime(),
  /** As the dataset is loaded by itself since then. */
  schedules: z.array(z.unknown()).default([]),
});

/**
 * Since when a dataset is loaded by itself as it is now, in milliseconds since the epoch: what reconcile wrote down when it first saw its schedules, or
 * `now`, which it writes down where there is nothing yet, or where its schedules were others or off. That they were switched off is written
 * down too, so that they count anew when they are on again; of what never had any, nothing is.
 */
export async function expectedSince(
  { source, dataset, schedules }: Pick<ExpectedDataset, 'source' | 'dataset' | 'schedules'>,
  now: number,
  lake: Pick<Lake, 'get' | 'replace'>,
): Promise<number> {
  const key = expectedKey({ source, dataset });
  const found = await lake.get(key);
  const known = found && parseDocument(expectedSchema, found.text, key);
  const asWritten: unknown = JSON.parse(JSON.stringify(schedules));
  if (known && isDeepStrictEqual(known.schedules, asWritten)) return Date.parse(known.since);
  if (!known && schedules.length === 0) return now;
  const text = JSON.stringify({ version: 1, since: new Date(now).toISOString(), schedules }, null, 2);
  // Where another invocation was faster, it has seen the same, moments ago.
  await lake.replace(key, text, found?.etag);
  return now;
}
