import { z } from 'zod';

/** Who says that something happened, the same in every event: `source` on a bus. */
export const eventSource = 'baseload';

const common = {
  /** The same for every delivery of one event. */
  eventId: z.string(),
  environment: z.string(),
  source: z.string(),
  dataset: z.string(),
  runId: z.string(),
  /** ISO 8601, when it happened. */
  at: z.string(),
};

/** A run is complete, verified, and what readers see. */
export const runPublishedSchema = z.strictObject({
  ...common,
  records: z.int().min(0),
  files: z.int().min(0),
  /** s3:// URI of the folder with the files of the table. */
  location: z.string(),
  /** s3:// URI of the list of everything that the run wrote. */
  manifest: z.string(),
  /** ISO 8601: the table is complete up to this time. */
  watermark: z.string(),
  /** 'full', or 'incremental' where only what changed was loaded and merged. */
  mode: z.enum(['full', 'incremental']),
  /** In what the run falls short, where it was published all the same. */
  warnings: z.array(z.string()),
});

/** A run has ended, and readers see what they saw before. */
export const runFailedSchema = z.strictObject({ ...common, reasons: z.array(z.string()).min(1) });

/** A run cannot go on by itself: everything that is still missing has failed for good. */
export const runBlockedSchema = z.strictObject({
  ...common,
  /** Page ranges that the run has, and how many of them are missing. */
  ranges: z.int().min(1),
  missing: z.int().min(1),
  reasons: z.array(z.string()),
});

/** What others are told of a run, by the name of the event. */
export type RunEvent =
  | { readonly type: 'RunPublished'; readonly detail: z.infer<typeof runPublishedSchema> }
  | { readonly type: 'RunFailed'; readonly detail: z.infer<typeof runFailedSchema> }
  | { readonly type: 'RunBlocked'; readonly detail: z.infer<typeof runBlockedSchema> };
