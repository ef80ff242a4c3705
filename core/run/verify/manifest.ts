import { z } from 'zod';
import { PermanentError } from '../../errors';
import { incrementSchema, replayOfSchema, tableSchema } from '../../plan/plan';
import { observationsSchema } from '../../shape/observations';
import { concurrently } from '../concurrently';
import { givenUpSchema } from '../dead/given-up';
import { parseDocument, readDocument } from '../document';
import { driftSchema } from '../drift/drift';
import { inheritedSchema } from '../inherited';
import { manifestKey, type RunName } from '../keys';
import type { Lake } from '../ports';
import { receiptSchema } from '../range/receipt';
import { predecessorSchema } from './predecessor';

const count = z.int().min(0);

/** One stage object that a run's table is made of. */
export const manifestObjectSchema = z.object({
  key: z.string(),
  bytes: count,
  /** S3's checksum of the object, without quotes. */
  etag: z.string(),
  /** The look that fetched it; absent for the run's own pages. */
  look: z.int().min(1).optional(),
  receipt: receiptSchema,
});

/** A document with the entries of objects, one on each line. */
const manifestPartSchema = z.object({
  key: z.string(),
  /** The look that fetched its objects; absent for the run's own pages. */
  look: z.int().min(1).optional(),
  /** Entries of objects that the table is made of. */
  objects: count,
  /** Lines, from 0, first and last, whose objects others replace: they are no part of the table. */
  replaced: z.array(z.tuple([count, count])).optional(),
});

/**
 * The list of everything a run's table is made of, with counts and checksums, and the verdict on whether it is all there. The entries of
 * objects stand in parts beside it, so that a run of a million of them is read piece by piece: see manifestObjects.
 */
export const manifestSchema = z.object({
  version: z.literal(3),
  source: z.string(),
  dataset: z.string(),
  runId: z.string(),
  definition: z.string(),
  ...tableSchema.shape,
  replayOf: replayOfSchema.optional(),
  increment: incrementSchema.optional(),
  /** ISO 8601: the baseline is complete up to this time. */
  watermark: z.string(),
  /** Records the source said it holds, when it was last asked; absent where it never says. */
  total: count.optional(),
  subset: z.boolean(),
  counts: z.object({
    ranges: count,
    pages: count,
    requests: count,
    received: count,
    /** Rows that explode or transform made beyond one for each record. */
    added: count,
    staged: count,
    quarantined: count,
    filtered: count,
    /** Rows of those staged that the table leaves out, because a row with their key was seen later. */
    repeated: count,
    /** Of page bodies. */
    bytesReceived: count,
    /** Of stage objects. */
    bytesStaged: count,
  }),
  /** What was noticed about the records of all ranges together. */
  observations: observationsSchema,
  /** How the source changed while it was read; absent where nothing was seen. */
  drift: driftSchema.optional(),
  /** Ranges that an operator gave up. */
  givenUp: z.array(givenUpSchema),
  /** In what the table falls short that what changed is merged into; absent of a run that loads everything. */
  inherited: z.array(inheritedSchema).optional(),
  /** The table that it would take the place of; null where nothing was published, absent where none is held against it. */
  predecessor: predecessorSchema.nullable().optional(),
  /** One sentence for each way in which the run falls short; empty when it may be published. */
  problems: z.array(z.string()),
  /** One sentence for each way in which it falls short and is published all the same. */
  warnings: z.array(z.string()),
  /** Where the entries of objects are, in their order. */
  parts: z.array(manifestPartSchema),
});

export type ManifestPart = z.infer<typeof manifestPartSchema>;
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestObject = z.infer<typeof manifestObjectSchema>;

/** A run's manifest, if it has been verified. */
export function readManifest(lake: Pick<Lake, 'get'>, run: RunName): Promise<Manifest | undefined> {
  return readDocument(manifestSchema, manifestKey(run), lake);
}

/** Parts read at once. */
const partsAtOnce = 2;

/** The entries of all objects that a run's table is made of, a part at a time. */
export async function* manifestObjects(
  { parts }: Pick<Manifest, 'parts'>,
  lake: Pick<Lake, 'get'>,
): AsyncGenerator<ManifestObject> {
  const read = concurrently(parts, partsAtOnce, async (part) => ({
    part,
    lines: await partLines(part, lake),
  }));
  for await (const { part, lines } of read) {
    const isReplaced = linesIn(part.replaced ?? []);
    for (const [number, line] of lines.entries()) {
      if (!isReplaced(number)) yield parseDocument(manifestObjectSchema, line, part.key);
    }
  }
}

/** The entries of all lines of a part, replaced ones included. */
export async function readPart(
  part: Pick<ManifestPart, 'key'>,
  lake: Pick<Lake, 'get'>,
): Promise<ManifestObject[]> {
  const lines = await partLines(part, lake);
  return lines.map((line) => parseDocument(manifestObjectSchema, line, part.key));
}

/** The lines of a part, one for each object. A PermanentError when it is not in the lake: a run without it is not known. */
async function partLines({ key }: Pick<ManifestPart, 'key'>, lake: Pick<Lake, 'get'>): Promise<string[]> {
  const found = await lake.get(key);
  if (found) return found.text.split('\n').filter((line) => line !== '');
  throw new PermanentError(`${key} is not in the lake, and lists objects of the run: start the run over`);
}

/** Whether a line is within spans that are in order; lines are asked for in order. */
export function linesIn(spans: readonly (readonly [number, number])[]): (line: number) => boolean {
  let span = 0;
  return (line) => {
    while ((spans[span]?.[1] ?? Number.POSITIVE_INFINITY) < line) span++;
    return (spans[span]?.[0] ?? Number.POSITIVE_INFINITY) <= line;
  };
}
