import { z } from 'zod';
import { incrementSchema, tableIn, tableSchema } from '../../plan/plan';
import type { TableFiles } from '../curate/table-files';
import { parseDocument } from '../document';
import { manifestKey, pointerKey, type RunName } from '../keys';
import type { Lake } from '../ports';
import type { Manifest } from '../verify/manifest';
import { askedRun } from './asked-run';
import { otherBase } from './increment-base';

const count = z.int().min(0);

/** A run that readers can be shown: where its files are, and what they hold. */
const publishedRunSchema = z.object({
  runId: z.string(),
  ...tableSchema.shape,
  /** Empty where the run was published before pointers named them. */
  columns: z.array(tableSchema.shape.columns.element),
  key: z.array(z.string()),
  /** Folder in the lake that holds the files and nothing else, with a trailing slash. */
  location: z.string(),
  manifest: z.string(),
  files: count,
  records: count,
  /** Of the files. */
  bytes: count.optional(),
  /** ISO 8601: the baseline is complete up to this time. */
  watermark: z.string(),
  /** Set where only what changed was loaded, and merged into the table of another run. */
  increment: incrementSchema.optional(),
  /** The run that asked the source, where its pages were shaped anew: of a replay of a replay, the first. */
  replayOf: z.string().optional(),
  /** In what the run falls short, where it was published all the same. */
  warnings: z.array(z.string()).optional(),
  /** ISO 8601, when readers first saw it. */
  publishedAt: z.string(),
});

/** What readers follow: which run of a dataset is published, and which others are kept for rollback. */
export const pointerSchema = publishedRunSchema.extend({
  version: z.literal(3),
  source: z.string(),
  dataset: z.string(),
  /** The other runs that are kept for rollback; the one that readers saw last comes first. */
  previous: z.array(publishedRunSchema),
  /** Set where an operator has gone back to this run: from which one, and when (ISO 8601). */
  rolledBack: z.object({ from: z.string(), at: z.string() }).optional(),
});

export type PublishedRun = z.infer<typeof publishedRunSchema>;
export type Pointer = z.infer<typeof pointerSchema>;

/** A pointer as it was before it kept other runs. */
const secondPointerSchema = pointerSchema
  .omit({ version: true, previous: true, rolledBack: true })
  .extend({ version: z.literal(2) })
  .transform((pointer): Pointer => ({ ...pointer, version: 3, previous: [] }));

/** A pointer as it was before it named the table: Parquet, with columns and key that it does not tell. */
const firstPointerSchema = pointerSchema
  .omit({ version: true, previous: true, rolledBack: true })
  .omit({ extension: true, columns: true, key: true, tableVersion: true, neutralised: true })
  .extend({ version: z.literal(1) })
  .transform((pointer): Pointer => {
    return {
      ...pointer,
      version: 3,
      extension: 'parquet',
      columns: [],
      key: [],
      tableVersion: 1,
      previous: [],
    };
  });

/** Reads a pointer of this version or those before; of the first, `columns` and `key` are empty, since they are not known. */
export const anyPointerSchema = z.union([pointerSchema, secondPointerSchema, firstPointerSchema]);

/** The published run of a dataset, if there is one. */
export async function readPointer(
  lake: Pick<Lake, 'get'>,
  dataset: Omit<RunName, 'runId'>,
): Promise<(Pointer & { etag: string }) | undefined> {
  const key = pointerKey(dataset);
  const found = await lake.get(key);
  return found && { ...parseDocument(anyPointerSchema, found.text, key), etag: found.etag };
}

/** The run of that name among those that readers see or can see again by a rollback. */
export function keptRun(pointer: Pointer | undefined, runId: string): PublishedRun | undefined {
  return pointer && [pointer, ...pointer.previous].find((run) => run.runId === runId);
}

/** Whether readers see a run, can see it again by a rollback, or were brought back from it. */
export function wasSeen({ runId }: Pick<RunName, 'runId'>, pointer: Pointer | undefined): boolean {
  return keptRun(pointer, runId) !== undefined || pointer?.rolledBack?.from === runId;
}

/** What is about to become visible. */
export interface Publication {
  readonly manifest: Manifest;
  /** Where its files are. */
  readonly table: TableFiles;
  /** Other runs that are kept for rollback. */
  readonly keepRuns: number;
}

/**
 * Makes a verified run visible in one atomic switch. 'already' when readers see it now; 'superseded' when they have seen it, or a later one,
 * and see another now: a run never takes the place of a later one by itself, and one that an operator has left stays left. 'conflict' means that
 * somebody else has just moved the pointer, or that it is not where an increment must find it: look again.
 */
export async function publish(
  lake: Pick<Lake, 'get' | 'replace'>,
  { manifest, table, keepRuns }: Publication,
  now: Date,
): Promise<'published' | 'already' | 'superseded' | 'conflict'> {
  const current = await readPointer(lake, manifest);
  if (current?.runId === manifest.runId) return 'already';
  if (current && isSuperseded(manifest.runId, current)) return 'superseded';
  if (otherBase(manifest, current)) return 'conflict';
  const { increment, replayOf, warnings } = manifest;
  const pointer: Pointer = {
    version: 3,
    source: manifest.source,
    dataset: manifest.dataset,
    runId: manifest.runId,
    ...tableIn(manifest),
    ...table,
    manifest: manifestKey(manifest),
    watermark: manifest.watermark,
    ...(increment && { increment }),
    ...(replayOf && { replayOf: await askedRun({ ...manifest, runId: replayOf.runId }, lake) }),
    ...(warnings.length === 0 ? {} : { warnings }),
    publishedAt: now.toISOString(),
    previous: current ? [asPublished(current), ...current.previous].slice(0, keepRuns) : [],
  };
  const written = await lake.replace(pointerKey(manifest), JSON.stringify(pointer, null, 2), current?.etag);
  return written === 'replaced' ? 'published' : 'conflict';
}

/** A pointer's run as one among others. */
export function asPublished(pointer: Pointer): PublishedRun {
  return publishedRunSchema.parse(pointer);
}

/** Whether readers have seen a run, or a later one, and see another now: it is not published by itself any more. */
export function isSuperseded(runId: string, pointer: Pointer): boolean {
  if (pointer.runId === runId) return false;
  const { previous, rolledBack } = pointer;
  const seen = [pointer.runId, ...previous.map((run) => run.runId), ...(rolledBack ? [rolledBack.from] : [])];
  return seen.some((other) => other >= runId);
}
