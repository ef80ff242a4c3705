import { z } from 'zod';
import { PermanentError } from '../../errors';
import { readDocument } from '../document';
import { type RunName, watermarkKey } from '../keys';
import { readPlan } from '../plan/read-plan';
import type { Lake } from '../ports';
import { readManifest } from '../verify/manifest';
import { largestKey } from './largest-key';
import { type Pointer, readPointer } from './pointer';

/** How far the published baseline reaches: what incremental processing begins from. */
export const watermarkSchema = z.object({
  version: z.literal(1),
  source: z.string(),
  dataset: z.string(),
  /** The published run. */
  runId: z.string(),
  /** ISO 8601: whatever changed in the source before this time is in the table. Taken before the run's first page was asked for. */
  watermark: z.string(),
  overlapSeconds: z.number().min(0),
  /** ISO 8601, watermark − overlap: ask for what changed from here on. Records that come twice have the key of the table. */
  since: z.string(),
  /** The key's one column; absent where it has several. */
  keyColumn: z.string().optional(),
  /** Largest key of the table, for sources whose keys grow; integers beyond 2^53 are texts. Absent where it is not known. */
  highestKey: z.unknown().optional(),
  /** Folder in the lake that holds the table's files and nothing else, with a trailing slash. */
  location: z.string(),
  /** In what the table falls short, a sentence each: records that are missing in it come with no increment. Empty when it is complete. */
  warnings: z.array(z.string()),
  /** ISO 8601, when readers first saw the run. */
  publishedAt: z.string(),
});

export type Watermark = z.infer<typeof watermarkSchema>;

/** Taken where a plan does not say; the default of a dataset that is asked for what changed. */
const defaultOverlapSeconds = 600;

/**
 * Writes the watermark of whatever run is published now, unless it is there already: again and again, and by several at once, it comes to the same.
 * Called by whoever has moved the pointer; the one who moved it last has the last word, since each reads the pointer after the document.
 */
export async function writeWatermark(
  lake: Pick<Lake, 'get' | 'replace'>,
  dataset: Omit<RunName, 'runId'>,
): Promise<Watermark | undefined> {
  const key = watermarkKey(dataset);
  for (;;) {
    const before = await lake.get(key);
    const pointer = await readPointer(lake, dataset);
    if (!pointer) return undefined;
    const known = before && watermarkIn(before.text);
    if (known && isOf(known, pointer)) return known;
    const watermark = await watermarkOf(pointer, lake);
    const text = JSON.stringify(watermark, null, 2);
    if ((await lake.replace(key, text, before?.etag)) === 'replaced') return watermark;
  }
}

/** How far the baseline of a dataset reaches, if one is published and it has been written down. */
export function readWatermark(
  lake: Pick<Lake, 'get'>,
  dataset: Omit<RunName, 'runId'>,
): Promise<Watermark | undefined> {
  return readDocument(watermarkSchema, watermarkKey(dataset), lake);
}

/** Undefined for what another version wrote: it is written anew. */
function watermarkIn(text: string): Watermark | undefined {
  try {
    return watermarkSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Everything else follows from these. */
function isOf(known: Watermark, { runId, location, publishedAt }: Pointer): boolean {
  return known.runId === runId && known.location === location && known.publishedAt === publishedAt;
}

async function watermarkOf(pointer: Pointer, lake: Pick<Lake, 'get'>): Promise<Watermark> {
  const { source, dataset, runId, watermark, location, publishedAt, key, warnings = [] } = pointer;
  const plan = await readPlan(lake, pointer).catch(ofAnotherVersion);
  const manifest = await readManifest(lake, pointer).catch(ofAnotherVersion);
  const overlapSeconds = plan?.overlapSeconds ?? defaultOverlapSeconds;
  const highestKey = manifest && (await largestKey(manifest, lake));
  return {
    version: 1,
    source,
    dataset,
    runId,
    watermark,
    overlapSeconds,
    since: new Date(Date.parse(watermark) - overlapSeconds * 1000).toISOString(),
    ...(key.length === 1 ? { keyColumn: key[0] } : {}),
    ...(highestKey === undefined ? {} : { highestKey }),
    location,
    warnings,
    publishedAt,
  };
}

/** A run that an older version published has a watermark all the same. */
function ofAnotherVersion(error: unknown): undefined {
  if (!(error instanceof PermanentError)) throw error;
}
