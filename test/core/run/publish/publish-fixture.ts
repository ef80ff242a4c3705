import { tableIn } from '../../../../core/plan/plan';
import { manifestKey, manifestPartKey, planKey, stageKey, stagePrefix } from '../../../../core/run/keys';
import type { Lake } from '../../../../core/run/ports';
import { type Publication, publish } from '../../../../core/run/publish/pointer';
import type { Manifest, ManifestObject } from '../../../../core/run/verify/manifest';
import { noObservations } from '../../../../core/shape/merge-observations';
import { aPlan, aReceipt } from '../run-fixture';

const counts = {
  ...{ ranges: 4, pages: 10, requests: 10, received: 950, added: 0, staged: 950, quarantined: 0 },
  ...{ filtered: 0, repeated: 0, bytesReceived: 95_000, bytesStaged: 40_000 },
};

/** The manifest of a complete run of 950 records in 4 objects; `changes` replace its fields. */
export function aManifest(runId = aPlan().runId, changes: Partial<Manifest> = {}): Manifest {
  const { source, dataset, definition, watermark } = aPlan();
  return {
    version: 3,
    ...{ source, dataset, runId, definition, watermark },
    ...tableIn(aPlan()),
    subset: false,
    counts,
    observations: noObservations,
    givenUp: [],
    problems: [],
    warnings: [],
    parts: [{ key: manifestPartKey({ source, dataset, runId }, 'all'), objects: 4 }],
    ...changes,
  };
}

/** Of such a run, as it is staged. */
export function aPublication(runId?: string, changes: Partial<Manifest> = {}): Publication {
  const manifest = aManifest(runId, changes);
  const table = { location: stagePrefix(manifest), files: 4, records: 950, bytes: 40_000 };
  return { manifest, table, keepRuns: 3 };
}

/** Bytes of each object that writeFinished writes. */
export const objectBytes = 10;

/** Writes the documents and the objects of a finished run, whose keys are these, one object for each; nothing is published. */
export async function writeFinished(
  lake: Pick<Lake, 'put'>,
  runId: string,
  {
    lastKeys = ['[1]', '[2]'],
    manifest = {},
    plan = {},
  }: {
    readonly lastKeys?: readonly (string | undefined)[];
    readonly manifest?: Partial<Manifest>;
    readonly plan?: Partial<ReturnType<typeof aPlan>>;
  } = {},
): Promise<Publication> {
  const run = aPlan({ runId, ...plan });
  await lake.put(planKey(run), JSON.stringify(run));
  const objects: ManifestObject[] = [];
  for (const [index, lastKey] of lastKeys.entries()) {
    const key = stageKey(run, { slice: 'all', index });
    await lake.put(key, 'x'.repeat(objectBytes));
    const receipt = aReceipt({ staged: 1, received: 1, lastKey, firstKey: lastKey });
    objects.push({ key, bytes: objectBytes, etag: 'e', receipt });
  }
  const part = { key: manifestPartKey(run, 'all'), objects: objects.length };
  await lake.put(part.key, objects.map((object) => `${JSON.stringify(object)}\n`).join(''));
  const staged = objects.length;
  const bytesStaged = staged * objectBytes;
  const whole = aManifest(runId, {
    counts: { ...counts, ranges: staged, received: staged, staged, bytesStaged },
    watermark: run.watermark,
    parts: [part],
    ...manifest,
  });
  await lake.put(manifestKey(run), JSON.stringify(whole));
  const table = { location: stagePrefix(run), files: staged, records: staged, bytes: bytesStaged };
  return { manifest: whole, table, keepRuns: run.keepRuns };
}

/** Writes such a run and publishes it at the moment it is named after and an hour. */
export async function writePublished(
  lake: Lake,
  runId: string,
  { keepRuns = 3, at }: { readonly keepRuns?: number; readonly at: Date },
  options: Parameters<typeof writeFinished>[2] = {},
): Promise<void> {
  await publish(lake, { ...(await writeFinished(lake, runId, options)), keepRuns }, at);
}
