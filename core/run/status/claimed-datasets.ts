import { openRuns } from '../keys';
import type { Lake } from '../ports';

/** The datasets that a run has claimed, by the names of the claims. */
export async function claimedDatasets(
  lake: Pick<Lake, 'list'>,
): Promise<{ readonly source: string; readonly dataset: string }[]> {
  const claimed: { source: string; dataset: string }[] = [];
  for await (const { key } of lake.list(openRuns)) {
    const [source, dataset, more] = key
      .slice(openRuns.length)
      .replace(/\.json$/, '')
      .split('/');
    if (source && dataset && more === undefined) claimed.push({ source, dataset });
  }
  return claimed;
}
