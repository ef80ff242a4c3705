import { z } from 'zod';

/** The table that readers saw when a run was verified, and that the run would take the place of. */
export const predecessorSchema = z.object({
  /** The published run. */
  runId: z.string(),
  /** Rows of its table, merged ones included. */
  records: z.int().min(0),
  /** The definition that shaped it; absent where its manifest does not tell any more. */
  definition: z.string().optional(),
  /** Set where changes were merged into it: it then also holds what the source has deleted since everything was loaded. */
  isMerged: z.literal(true).optional(),
});

export type Predecessor = z.infer<typeof predecessorSchema>;
