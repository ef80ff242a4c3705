import { randomUUID } from 'node:crypto';
import { PermanentError } from '../../errors';
import { type Plan, tableIn } from '../../plan/plan';
import { contentType } from '../../shape/stage/content-type';
import { curatedKey, curatedPrefix, stagePrefix } from '../keys';
import type { Lake } from '../ports';
import type { Manifest } from '../verify/manifest';
import { type Curated, filesOf, readCurated } from './curated';
import type { CurationEngine } from './curation-engine';
import { inputsOf } from './inputs-of';
import type { TableFiles } from './table-files';

export interface CurateServices {
  readonly lake: Pick<Lake, 'get' | 'head' | 'putIfAbsent' | 'download'>;
  readonly curation: CurationEngine;
}

/** Megabytes of a file where the dataset does not say. */
const defaultMegabytes = 128;

/** Of a plan that does not say how its Parquet is written. */
const defaultParquet = { compression: 'zstd', rowGroupSize: 122_880 } as const;

/**
 * The files of a verified run's table: its stage objects as they are, or what they are merged into where the dataset asks for it, where
 * rows are repeated or replaced, and where what changed is merged into the table before. Each attempt writes into a folder of its own, and
 * curated.json names the one that was first, so that two at once never mix and one that dies leaves nothing that anybody reads.
 */
export async function curateOnce(
  plan: Plan,
  manifest: Manifest,
  services: CurateServices,
): Promise<TableFiles> {
  if (!mustCurate(plan, manifest)) return asStaged(manifest);
  const existing = await readCurated(services.lake, plan);
  if (existing) return filesOf(existing);
  const own = await curate(plan, manifest, services);
  await services.lake.putIfAbsent(curatedKey(plan), JSON.stringify(own, null, 2), {
    contentType: 'application/json',
  });
  return filesOf((await readCurated(services.lake, plan)) ?? own);
}

/** Whether the stage objects of the run's own pages are not the table that readers should see. */
function mustCurate({ curate }: Plan, { increment, counts, drift }: Manifest): boolean {
  if (curate || increment || counts.repeated > 0) return true;
  return drift !== undefined && (drift.moved > 0 || drift.grown > 0 || drift.outcome !== 'settled');
}

/** One file for each page range. */
function asStaged({ parts, counts, ...run }: Manifest): TableFiles {
  const files = parts.reduce((sum, { objects }) => sum + objects, 0);
  return { location: stagePrefix(run), files, records: counts.staged, bytes: counts.bytesStaged };
}

async function curate(plan: Plan, manifest: Manifest, { lake, curation }: CurateServices): Promise<Curated> {
  const { source, dataset, runId, extension } = manifest;
  const attempt = randomUUID();
  const location = curatedPrefix(manifest, attempt);
  const merge = {
    name: `${source}/${dataset} run ${runId}`,
    table: tableIn(manifest),
    parquet: plan.parquet ?? defaultParquet,
    inputs: await inputsOf(manifest, lake),
    targetBytes: (plan.curate?.targetMegabytes ?? defaultMegabytes) * 1_000_000,
  };
  const files: Curated['files'] = [];
  const merged = curation.merge(merge, lake);
  let next = await merged.next();
  for (; !next.done; next = await merged.next()) {
    const { file, ...facts } = next.value;
    const key = `${location}part-${String(files.length).padStart(5, '0')}.${extension}`;
    await lake.putIfAbsent(key, { file }, { contentType: contentType(extension) });
    files.push({ key, ...facts, etag: await etagOf(key, facts.bytes, lake) });
  }
  const { rows, keys, checksum } = next.value;
  const records = files.reduce((sum, file) => sum + file.records, 0);
  return {
    version: 1,
    attempt,
    location,
    files,
    records,
    keyChecksum: checksum,
    removed: rows - keys,
  };
}

async function etagOf(key: string, bytes: number, lake: Pick<Lake, 'head'>): Promise<string> {
  const head = await lake.head(key);
  if (head?.bytes === bytes) return head.etag;
  throw new PermanentError(
    `${key} was written with ${bytes} bytes, and the lake has ${head?.bytes ?? 'none'}: somebody else writes there`,
  );
}
