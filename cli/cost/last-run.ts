import { type Cost, costOf, usageOf } from '../../core/forecast/cost';
import type { RunStored } from '../../core/forecast/monthly';
import { type RunName, runFolderPrefixes } from '../../core/run/keys';
import type { Lake } from '../../core/run/ports';
import { readPointer } from '../../core/run/publish/pointer';
import { manifestObjects, readManifest } from '../../core/run/verify/manifest';
import { secretsOf } from '../../core/source/secrets-of';
import type { Dataset, Source } from '../../core/source/source';

/** What the last published run of a dataset did, and what that costs on AWS wherever it ran. */
export interface LastRun {
  readonly runId: string;
  /** Of an increment, what it loaded, without the merge into the table; of a replay, without the requests of the run that it replays. */
  readonly kind: 'full' | 'incremental' | 'replay';
  readonly records: number;
  readonly ranges: number;
  readonly bytesReceived: number;
  readonly stored: RunStored;
  readonly cost: Cost;
}

/** Reads what a dataset's last published run used from its manifest and the receipts of its objects; undefined where none is published. */
export async function lastRunOf(
  source: Source,
  dataset: Dataset,
  lake: Pick<Lake, 'get' | 'list'>,
): Promise<LastRun | undefined> {
  const name = { source: source.name, dataset: dataset.name };
  const pointer = await readPointer(lake, name);
  const run = pointer && { ...name, runId: pointer.runId };
  const manifest = run && (await readManifest(lake, run));
  if (!manifest) return undefined;
  const raw = await rawOf(run, lake);
  const usage = await usageOf(manifest, manifestObjects(manifest, lake), {
    rawBytes: raw.rawBytes,
    secrets: secretsOf(source).length,
    lanes: source.limits.lanes,
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
    cost: costOf(usage),
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
