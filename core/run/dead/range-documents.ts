import { parsePageRangeName } from '../../plan/grid';
import type { RangeName } from '../../plan/plan';
import { RangeSet } from '../../plan/range-set';
import type { Lake } from '../ports';

/** Of which ranges there is a document in a folder: LIST. What is in folders below it, or is named otherwise, is none. */
export async function rangeDocuments(prefix: string, lake: Pick<Lake, 'list'>): Promise<RangeSet> {
  const ranges = new RangeSet();
  for await (const { key } of lake.list(prefix)) {
    const range = rangeOfDocument(prefix, key);
    if (range) ranges.add(range);
  }
  return ranges;
}

/** Which range a document of a folder is of; undefined of what is in folders below it, or named otherwise. */
export function rangeOfDocument(prefix: string, key: string): RangeName | undefined {
  return key.endsWith('.json') ? parsePageRangeName(key.slice(prefix.length, -'.json'.length)) : undefined;
}
