import { z } from 'zod';

/** One slice of a dataset: an independent sub-sequence with its own pages. */
const sliceSchema = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  /** Pages from the first to the last, at least one. */
  pages: z.int().min(1),
});

/** What a run will fetch, fixed once. Holds the parameters of the grid rather than its ranges: a million ranges cost nothing. */
export const planSchema = z.object({
  version: z.literal(1),
  source: z.string(),
  dataset: z.string(),
  runId: z.string(),
  /** ISO 8601, when the plan was made. */
  plannedAt: z.string(),
  /** The time, ISO 8601, up to which the baseline is complete: taken before page 1 was asked for. */
  watermark: z.string(),
  /** Hash of the dataset's definition; a worker refuses ranges planned by another definition. */
  definition: z.string(),
  /** Records the source said it holds. */
  total: z.int().min(0),
  /** Records per page that the source really gives. */
  pageSize: z.int().min(1),
  pagesPerRange: z.int().min(1),
  /** True when only some pages are loaded (`run --pages N`): such a run is verified but never published. */
  subset: z.boolean(),
  slices: z.array(sliceSchema).min(1),
  /** The dataset's own ceiling, kept here so that verification needs nothing but the lake. */
  maxQuarantinedRatio: z.number().min(0).max(1),
});

export type Plan = z.infer<typeof planSchema>;
export type Slice = Plan['slices'][number];

/** Consecutive pages handled together: one queue message, one lake object. */
export interface PageRange {
  readonly slice: string;
  /** Position of the range in its slice, from 0. */
  readonly index: number;
  /** Position of the first page in its slice, from 0 whatever the source calls its first page. */
  readonly firstPage: number;
  readonly pages: number;
}
