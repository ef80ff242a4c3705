import { PermanentError } from '../../errors';
import type { RunName } from '../keys';
import type { Lake } from '../ports';
import { type Manifest, manifestObjects, readManifest } from '../verify/manifest';
import { readCurated } from './curated';
import type { CurationInput } from './curation-engine';

/**
 * Everything that goes into a run's table, in the order in which it was seen: the files of the run that it adds to, where there is one; then
 * the run's objects by look, by when they were fetched, and by key, so that the order is the same whoever asks. Objects without rows are left out.
 */
export async function inputsOf(manifest: Manifest, lake: Pick<Lake, 'get'>): Promise<CurationInput[]> {
  const { increment } = manifest;
  const base = increment ? await filesOfBase(manifest, increment.base.runId, lake) : [];
  return [...base, ...(await objectsOf(manifest, lake))];
}

/** As they are published: merged, or its stage objects. */
async function filesOfBase(
  { source, dataset, runId: own, extension, neutralised, columns }: Manifest,
  runId: string,
  lake: Pick<Lake, 'get'>,
): Promise<CurationInput[]> {
  const run: RunName = { source, dataset, runId };
  const manifest = await readManifest(lake, run);
  if (!manifest) {
    throw new PermanentError(
      `run ${own} of ${source}/${dataset} adds to run ${runId}, which is not in the lake any more: load everything, with baseload run ${dataset}`,
    );
  }
  const alike = JSON.stringify([extension, neutralised, columns]);
  if (JSON.stringify([manifest.extension, manifest.neutralised, manifest.columns]) !== alike) {
    throw new PermanentError(
      `run ${own} of ${source}/${dataset} adds to run ${runId}, whose table has another format or other columns: load everything, with baseload run ${dataset}`,
    );
  }
  const curated = await readCurated(lake, run);
  return curated ? curated.files.filter(({ records }) => records > 0) : objectsOf(manifest, lake);
}

async function objectsOf(manifest: Manifest, lake: Pick<Lake, 'get'>): Promise<CurationInput[]> {
  const seen: (CurationInput & { readonly look: number; readonly fetchedAt: string })[] = [];
  for await (const { key, bytes, look = 0, receipt } of manifestObjects(manifest, lake)) {
    const { staged: records, fetchedAt } = receipt;
    if (records > 0) seen.push({ key, bytes, records, look, fetchedAt });
  }
  seen.sort((a, b) => a.look - b.look || byText(a.fetchedAt, b.fetchedAt) || byText(a.key, b.key));
  return seen;
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
