import { z } from 'zod';

const count = z.int().min(0);

/** How a source changed while it was read, as far as it could be seen. */
export const driftSchema = z.object({
  /** Looks that were taken after the run's own pages. */
  looks: count,
  /** Page ranges that were fetched again because their pages had moved. */
  moved: count,
  /** Pages that were added behind the last one. */
  grown: count,
  /** Records that the source said it holds, at first and at last; absent where it does not say. */
  totals: z.tuple([count, count]).optional(),
  /**
   * 'settled': the last two looks agree, and the table is what the source held then. 'covered': the source never stood still, and each range
   * shares records with its neighbours, so that every record that was there all the time is in the table. 'open': neither.
   */
  outcome: z.enum(['settled', 'covered', 'open']),
  /** What happened and what it means, one sentence. */
  sentence: z.string(),
});

export type Drift = z.infer<typeof driftSchema>;
