import { z } from 'zod';

/** In what a table falls short that a run's changes were merged into, or the table that this one was merged into in turn. */
export const inheritedSchema = z.object({
  /** The run that fell short. */
  runId: z.string(),
  /** One sentence, as that run's manifest has it. */
  warning: z.string(),
});

export type Inherited = z.infer<typeof inheritedSchema>;
