import { z } from 'zod';
import { replayOfSchema, tableSchema } from '../plan/plan';
import { observationsSchema } from '../shape/observations';
import { receiptSchema } from './receipt';

const count = z.int().min(0);

/** One stage object of a run. */
const manifestObjectSchema = z.object({
  key: z.string(),
  bytes: count,
  /** S3's checksum of the object, without quotes. */
  etag: z.string(),
  receipt: receiptSchema,
});

/** The list of everything a run wrote, with counts and checksums, and the verdict on whether it is all there. */
export const manifestSchema = z.object({
  version: z.literal(2),
  source: z.string(),
  dataset: z.string(),
  runId: z.string(),
  definition: z.string(),
  ...tableSchema.shape,
  replayOf: replayOfSchema.optional(),
  /** ISO 8601: the baseline is complete up to this time. */
  watermark: z.string(),
  /** Records the source said it holds, when the run was planned or its slices were begun; absent where it never says. */
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
    /** Of page bodies. */
    bytesReceived: count,
    /** Of stage objects. */
    bytesStaged: count,
  }),
  /** What was noticed about the records of all ranges together. */
  observations: observationsSchema,
  /** One sentence for each way in which the run falls short; empty when it is complete. */
  problems: z.array(z.string()),
  objects: z.array(manifestObjectSchema),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestObject = Manifest['objects'][number];
