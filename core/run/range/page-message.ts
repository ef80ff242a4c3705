import { z } from 'zod';
import { pageRangeSchema, replayOfSchema, tableSchema } from '../../plan/plan';

/** The body of one queue message: one page range of one run. */
export const pageMessageSchema = z.object({
  source: z.string(),
  dataset: z.string(),
  runId: z.string(),
  /** Which look the range is of; absent for the run's own pages. */
  look: z.int().min(1).optional(),
  /** The definition the range was planned by. */
  definition: z.string(),
  /** How the range's object ends. */
  extension: tableSchema.shape.extension,
  /** The run whose raw bodies are shaped, where the source is not asked. */
  replayOf: replayOfSchema.optional(),
  /** Pages of a range, at most: for what a lead or a chain finds. */
  pagesPerRange: z.int().min(1),
  range: pageRangeSchema,
  /** How often the range has been parked. */
  parks: z.int().min(0).optional(),
});

export type PageMessage = z.infer<typeof pageMessageSchema>;
