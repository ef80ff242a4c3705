import { z } from 'zod';
import { tableIn, tableSchema } from '../plan/plan';
import { parseDocument } from './document';
import { manifestKey, pointerKey, type RunName, stagePrefix } from './keys';
import type { Manifest } from './manifest';
import type { Lake } from './ports';

/** What readers follow: which run of a dataset is published, and where its files are. */
export const pointerSchema = z.object({
  version: z.literal(2),
  source: z.string(),
  dataset: z.string(),
  runId: z.string(),
  ...tableSchema.shape,
  /** Folder in the lake that holds the run's files and nothing else, with a trailing slash. */
  location: z.string(),
  manifest: z.string(),
  files: z.int().min(0),
  records: z.int().min(0),
  /** ISO 8601: the baseline is complete up to this time. */
  watermark: z.string(),
  /** ISO 8601. */
  publishedAt: z.string(),
});

export type Pointer = z.infer<typeof pointerSchema>;

/** A pointer as it was before it named the table: Parquet, with columns and key that it does not tell. */
const firstPointerSchema = pointerSchema
  .omit({ version: true, extension: true, columns: true, key: true, tableVersion: true, neutralised: true })
  .extend({ version: z.literal(1) })
  .transform((pointer): Pointer => {
    return { ...pointer, version: 2, extension: 'parquet', columns: [], key: [], tableVersion: 1 };
  });

/** Reads a pointer of this version or the one before; of that one, `columns` and `key` are empty, since they are not known. */
export const anyPointerSchema = z.union([pointerSchema, firstPointerSchema]);

/** The published run of a dataset, if there is one. */
export async function readPointer(
  lake: Pick<Lake, 'get'>,
  dataset: Omit<RunName, 'runId'>,
): Promise<(Pointer & { etag: string }) | undefined> {
  const key = pointerKey(dataset);
  const found = await lake.get(key);
  return found && { ...parseDocument(anyPointerSchema, found.text, key), etag: found.etag };
}

/**
 * Makes a verified run visible in one atomic switch. Never moves back to an older run, and does nothing when
 * the run is published already; 'conflict' means that somebody else has just moved the pointer: look again.
 */
export async function publish(
  lake: Lake,
  manifest: Manifest,
  now: Date,
): Promise<'published' | 'already' | 'conflict'> {
  const current = await readPointer(lake, manifest);
  if (current && current.runId >= manifest.runId) return 'already';
  const pointer: Pointer = {
    version: 2,
    source: manifest.source,
    dataset: manifest.dataset,
    runId: manifest.runId,
    ...tableIn(manifest),
    location: stagePrefix(manifest),
    manifest: manifestKey(manifest),
    files: manifest.objects.length,
    records: manifest.counts.staged,
    watermark: manifest.watermark,
    publishedAt: now.toISOString(),
  };
  const written = await lake.replace(pointerKey(manifest), JSON.stringify(pointer, null, 2), current?.etag);
  return written === 'replaced' ? 'published' : 'conflict';
}
