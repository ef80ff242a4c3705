import { unlessUnreadable } from '../document';
import { type RunName, runsPrefix } from '../keys';
import type { Lake } from '../ports';
import { type Manifest, manifestObjects, readManifest } from '../verify/manifest';

/** Enough to choose from. */
const mostNamed = 5;
/** A manifest may be large, and somebody waits for the sentence that names the runs. */
const mostRead = 20;

/** Runs of a dataset that could be replayed, newest first, at most five: they finished, loaded everything, and kept their raw pages. */
export async function replayableRuns(
  dataset: Omit<RunName, 'runId'>,
  lake: Pick<Lake, 'get' | 'list'>,
): Promise<string[]> {
  const replayable: string[] = [];
  for (const runId of (await finishedRuns(dataset, lake)).slice(0, mostRead)) {
    if (replayable.length === mostNamed) break;
    const { source, dataset: name } = dataset;
    const manifest = await readManifest(lake, { source, dataset: name, runId }).catch(unlessUnreadable);
    if (manifest && !manifest.increment && (await rangesWithoutRaw(manifest, lake)) === 0)
      replayable.push(runId);
  }
  return replayable;
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

/** How many of a run's page ranges were loaded without keeping their raw pages. */
export async function rangesWithoutRaw(manifest: Manifest, lake: Pick<Lake, 'get'>): Promise<number> {
  let without = 0;
  for await (const { receipt } of manifestObjects(manifest, lake)) if (receipt.raw === undefined) without++;
  return without;
}
