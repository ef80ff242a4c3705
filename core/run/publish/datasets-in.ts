import { allRuns, openRuns, type RunName } from '../keys';
import type { Lake } from '../ports';

/** Behind every key of a folder. */
const behind = '\u{10ffff}';

/** Every dataset that has, or had, a run in the lake; costs one listing for each, however many runs it has. */
export async function* datasetsIn(lake: Pick<Lake, 'list'>): AsyncGenerator<Omit<RunName, 'runId'>> {
  for (let after: string | undefined; ; ) {
    const key = await firstKey(after, lake);
    if (key === undefined) return;
    const [source, dataset, ...rest] = key.slice(allRuns.length).split('/');
    const folder = `${allRuns}${source}/${dataset}/`;
    const isRun = !key.startsWith(openRuns) && rest.length > 0;
    if (isRun && source !== undefined && dataset !== undefined) yield { source, dataset };
    if (key.startsWith(openRuns)) after = `${openRuns}${behind}`;
    else after = rest.length > 0 ? `${folder}${behind}` : key;
  }
}

async function firstKey(after: string | undefined, lake: Pick<Lake, 'list'>): Promise<string | undefined> {
  for await (const { key } of lake.list(allRuns, { after })) return key;
  return undefined;
}
