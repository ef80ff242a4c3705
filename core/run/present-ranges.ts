import { parsePageRangeName } from '../plan/grid';
import { type RangeName, type Table, tableSchema } from '../plan/plan';
import { RangeSet } from '../plan/range-set';
import { type StagedRun, stagePrefix } from './keys';
import type { Lake } from './ports';

/** Which ranges of a run exist: LIST of the run's stage prefix. What ends otherwise than the run's objects is none of them. */
export async function presentRanges(run: StagedRun, lake: Pick<Lake, 'list'>): Promise<RangeSet> {
  const present = new RangeSet();
  const prefix = stagePrefix(run);
  for await (const { key } of lake.list(prefix)) {
    const range = rangeOfKey(prefix, key, [run.extension]);
    if (range) present.add(range);
  }
  return present;
}

/** Which range a stage object is, by any of the extensions; undefined when the key is not a range's. */
export function rangeOfKey(
  prefix: string,
  key: string,
  extensions: readonly Table['extension'][] = tableSchema.shape.extension.options,
): RangeName | undefined {
  if (!key.startsWith(prefix)) return undefined;
  const extension = extensions.find((one) => key.endsWith(`.${one}`));
  return extension && parsePageRangeName(key.slice(prefix.length, -extension.length - 1));
}
