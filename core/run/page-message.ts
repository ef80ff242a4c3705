import { z } from 'zod';

/** The body of one queue message: one page range of one run. */
export const pageMessageSchema = z.object({
  source: z.string(),
  dataset: z.string(),
  runId: z.string(),
  /** The definition the range was planned by. */
  definition: z.string(),
  /** Records per page to ask for. */
  pageSize: z.int().min(1),
  slice: z.string(),
  index: z.int().min(0),
  firstPage: z.int().min(0),
  pages: z.int().min(1),
});

export type PageMessage = z.infer<typeof pageMessageSchema>;
