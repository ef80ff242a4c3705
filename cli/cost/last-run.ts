import { type Cost, costOf } from '../../core/forecast/cost';
import { loadedObjects } from '../../core/forecast/loaded-objects';
import type { RunStored } from '../../core/forecast/monthly';
import type { FunctionSizes } from '../../core/forecast/usage';
import { usageOf } from '../../core/forecast/usage-sum';
import { type RunName, runFolderPrefixes } from '../../core/run/keys';
import type { Lake } from '../../core/run/ports';
import { readPointer } from '../../core/run/publish/pointer';
import { readManifest } from '../../core/run/verify/manifest';
import { secretsOf } from '../../core/source/secrets-of';
import type { Dataset, Source } from '../../core/source/source';

/** What the last published run of a dataset did, and what that costs on AWS wherever it ran. */
export interface LastRun {
  readonly runId: string;
  /** Of an increment, what it loaded, without the merge into the table; of a replay, without the requests of the run that it replays. */
  readonly kind: 'full' | 'incremental' | 'replay';
  readonly records: number;
  /** Of its table; those that others replace, and those of looks at page edges, are in the cost too. */
  readonly ranges: number;
  readonly bytesReceived: number;
  readonly stored: RunStored;
  /** Memory of the functions that would load it. */
  readonly workerMegabytes: number;
  readonly cost: Cost;
}

/**
 * Reads what a dataset's last published run used from its manifest and the receipts of its objects, and what that costs by functions of these
 * sizes; undefined where none is published.
 */
export async function lastRunOf(
  source: Source,
  dataset: Dataset,
  lake: Pick<Lake, 'get' | 'list'>,
  sizes: FunctionSizes,
): Promise<LastRun | undefined> {
  const name = { source: source.name, dataset: dataset.name };
  const pointer = await readPointer(lake, name);
  const run = pointer && { ...name, runId: pointer.runId };
  const manifest = run && (await readManifest(lake, run));
  if (!manifest) return undefined;
  const raw = await rawOf(run, lake);
  const usage = await usageOf(manifest, loadedObjects(manifest, lake), {
    rawBytes: raw.rawBytes,
    secrets: secretsOf(source).length,
    lanes: source.limits.lanes,
    sizes,
  });
  const { counts, replayOf, increment } = manifest;
  // Of an increment, what was staged is only what changed. Pointers did not always tell.
  const tableBytes = pointer.bytes ?? counts.bytesStaged;
  return {
    runId: run.runId,
    kind: replayOf !== undefined ? 'replay' : increment ? 'incremental' : 'full',
    records: counts.staged,
    ranges: counts.ranges,
    bytesReceived: counts.bytesReceived,
    stored: { tableBytes, ...raw },
    workerMegabytes: sizes.worker.memoryMegabytes,
    cost: costOf(usage, sizes),
  };
}

/** The page bodies that the run kept, those of its looks at the source included. */
async function rawOf(
  run: RunName,
  lake: Pick<Lake, 'list'>,
): Promise<Pick<RunStored, 'rawBytes' | 'rawObjects'>> {
  let [rawBytes, rawObjects] = [0, 0];
  for (const prefix of runFolderPrefixes(run).filter((one) => one.startsWith('raw/'))) {
    for await (const { key, bytes } of lake.list(`${prefix}${run.runId}`)) {
      rawBytes += bytes;
      if (key.endsWith('.jsonl.gz')) rawObjects += 1;
    }
  }
  return { rawBytes, rawObjects };
}
