import { z } from 'zod';

/** A range that an operator gave up: the hole is accepted, and stays on record. */
export const givenUpSchema = z.object({
  slice: z.string(),
  index: z.int().min(0),
  look: z.int().min(1).optional(),
  /** One sentence, by whoever accepted it. */
  reason: z.string(),
  by: z.string(),
  /** ISO 8601. */
  at: z.string(),
});

export type GivenUp = z.infer<typeof givenUpSchema>;
