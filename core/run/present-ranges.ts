import { parsePageRangeName } from '../plan/grid';
import type { RangeName } from '../plan/plan';
import { RangeSet } from '../plan/range-set';
import { type RunName, stagePrefix } from './keys';
import type { Lake } from './ports';

/** Which ranges of a run exist: LIST of the run's stage prefix. */
export async function presentRanges(run: RunName, lake: Pick<Lake, 'list'>): Promise<RangeSet> {
  const present = new RangeSet();
  const prefix = stagePrefix(run);
  for await (const { key } of lake.list(prefix)) {
    const range = rangeOfKey(prefix, key);
    if (range) present.add(range);
  }
  return present;
}

/** Which range a stage object is; undefined when the key is not a range's. */
export function rangeOfKey(prefix: string, key: string): RangeName | undefined {
  if (!key.startsWith(prefix) || !key.endsWith('.parquet')) return undefined;
  return parsePageRangeName(key.slice(prefix.length, -'.parquet'.length));
}
