import { PermanentError } from '../../errors';
import { manifestKey, type RunName, runsPrefix } from '../keys';
import type { Lake } from '../ports';
import { readManifest } from '../verify-once';

/** Enough to choose from. */
const mostNamed = 5;
/** A manifest may be large, and somebody waits for the sentence that names the runs. */
const mostRead = 20;

/** Runs of a dataset that could be replayed, newest first, at most five: they finished, and kept their raw pages. */
export async function replayableRuns(
  dataset: Omit<RunName, 'runId'>,
  lake: Pick<Lake, 'get' | 'list'>,
): Promise<string[]> {
  const replayable: string[] = [];
  for (const runId of (await finishedRuns(dataset, lake)).slice(0, mostRead)) {
    if (replayable.length === mostNamed) break;
    const { source, dataset: name } = dataset;
    const manifest = await readManifest(lake, manifestKey({ source, dataset: name, runId })).catch(
      unreadable,
    );
    if (manifest?.objects.every(({ receipt }) => receipt.raw !== undefined)) replayable.push(runId);
  }
  return replayable;
}

/** What another version wrote cannot be replayed. */
function unreadable(error: unknown): undefined {
  if (!(error instanceof PermanentError)) throw error;
}

/** Those that have a manifest, newest first. */
async function finishedRuns(dataset: Omit<RunName, 'runId'>, lake: Pick<Lake, 'list'>): Promise<string[]> {
  const prefix = runsPrefix(dataset);
  const runs: string[] = [];
  for await (const { key } of lake.list(prefix)) {
    const [runId, document, ...rest] = key.slice(prefix.length).split('/');
    if (runId !== undefined && document === 'manifest.json' && rest.length === 0) runs.push(runId);
  }
  return runs.sort().reverse();
}
