import { z } from 'zod';

/** Why a range's message is in the DLQ, as its worker said when it sent it there; kept in the lake, so that it is known without receiving a message. */
export const deadRangeSchema = z.object({
  slice: z.string(),
  index: z.int().min(0),
  look: z.int().min(1).optional(),
  failure: z.enum(['transient', 'throttled', 'permanent', 'configuration', 'unknown']),
  error: z.string(),
  reason: z.string(),
  status: z.int().optional(),
  attempt: z.string(),
  /** ISO 8601. */
  at: z.string(),
});

export type DeadRange = z.infer<typeof deadRangeSchema>;
