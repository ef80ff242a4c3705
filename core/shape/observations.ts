import { z } from 'zod';

const count = z.int().min(0);

/** Where the first of several records was found. */
const placeSchema = z.object({
  slice: z.string(),
  /** Position of the page in the slice, from 0. */
  page: count,
  /** Position of the record in the page, from 0. */
  position: count,
});

/** Records that did not fit for one reason, with the first of them. */
const unfitSchema = z.object({
  /** Null where the record as a whole is at fault. */
  column: z.string().nullable(),
  /** Which rule it broke: see rules.ts. */
  rule: z.string(),
  count,
  /** The first of them: what is wrong with it, in words; its value is masked where its column is. */
  example: placeSchema.extend({ reason: z.string() }),
});

/** A field that no column reads. */
const unknownFieldSchema = z.object({
  /** Path in the record, as a column would name it. */
  name: z.string(),
  /** Records that have it. */
  count,
  /** The first of them. */
  slice: z.string(),
  page: count,
  /** JSON type of its first value: 'string', 'number', 'boolean', 'object', 'array' or 'null'. */
  type: z.string(),
});

/** What was noticed about records, besides how many there were; of one range, or of a whole run. */
export const observationsSchema = z.object({
  /** Quarantined records by column and rule. */
  quarantined: z.array(unfitSchema),
  /** Values that became null by policy, by column and rule. */
  nulled: z.array(unfitSchema),
  /** Rows left out by a declared rule: 'filter', 'explode' (no element), 'duplicate', 'transform' (none returned). */
  filtered: z.array(z.object({ rule: z.string(), count })),
  unknownFields: z.array(unknownFieldSchema),
  /** Columns whose field no record has, with the path that leads nowhere. */
  missingFields: z.array(z.object({ column: z.string(), path: z.string() })),
});

export type Observations = z.infer<typeof observationsSchema>;
export type Unfit = z.infer<typeof unfitSchema>;
export type UnknownField = z.infer<typeof unknownFieldSchema>;
