import type { PageRange } from '../../plan/plan';
import { concurrently } from '../concurrently';
import { type GivenUp, givenUpSchema } from '../dead/given-up';
import { rangeOfDocument } from '../dead/range-documents';
import { readDocument } from '../document';
import { givenUpKey, givenUpPrefix, type StagedRun, stageKey } from '../keys';
import type { Lake } from '../ports';
import type { Hole } from './judge';

/** Documents read at once. */
const readsAtOnce = 50;

/**
 * What is missing of a run's own ranges because an operator gave it up, who and why, and how many records that may be; and what is missing of
 * its looks, without which nobody knows whether the source moved.
 */
export async function readHole(
  run: StagedRun,
  { givenUp, looks }: { readonly givenUp: readonly PageRange[]; readonly looks: readonly number[] },
  lake: Pick<Lake, 'get' | 'list' | 'head'>,
): Promise<Hole> {
  const keys = givenUp.map((range) => givenUpKey(run, range));
  for (const look of looks) keys.push(...(await missingOf({ ...run, look }, lake)));
  const ranges: GivenUp[] = [];
  const read = concurrently(keys, readsAtOnce, (key) => readGivenUp(key, lake));
  for await (const document of read) if (document) ranges.push(document);
  return { ranges, records: recordsIn(givenUp) };
}

/** The documents of ranges of a look that were given up, and have not come after all. */
async function missingOf(look: StagedRun, lake: Pick<Lake, 'list' | 'head'>): Promise<string[]> {
  const keys: string[] = [];
  const prefix = givenUpPrefix(look);
  for await (const { key } of lake.list(prefix)) {
    const range = rangeOfDocument(prefix, key);
    if (range && !(await lake.head(stageKey(look, range)))) keys.push(key);
  }
  return keys;
}

function readGivenUp(key: string, lake: Pick<Lake, 'get'>): Promise<GivenUp | undefined> {
  return readDocument(givenUpSchema, key, lake);
}

/** At most; undefined where nobody knows what would have followed. */
export function recordsIn(givenUp: readonly PageRange[]): number | undefined {
  let records = 0;
  for (const range of givenUp) {
    if (range.type !== 'pages') return undefined;
    records += range.pages * range.pageSize;
  }
  return records;
}
