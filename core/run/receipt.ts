import { z } from 'zod';

const count = z.int().min(0);

/** What a stage object says of itself, in its metadata: enough to verify a run without reading a single record. */
export const receiptSchema = z.object({
  /** The definition it was shaped by. */
  definition: z.string(),
  /** Which delivery wrote it. */
  attempt: z.string(),
  /** ISO 8601, when fetching began. */
  fetchedAt: z.string(),
  /** How long fetching took. */
  fetchMilliseconds: count,
  firstPage: count,
  pages: count,
  requests: count,
  /** Of page bodies, after content decoding. */
  bytesReceived: count,
  received: count,
  staged: count,
  quarantined: count,
  filtered: count,
  /** Smallest and largest key, as JSON text; absent when there are no records or the text is too long for metadata. */
  firstKey: z.string().optional(),
  lastKey: z.string().optional(),
  /** Smallest and largest total that the source reported while the range was fetched. */
  totals: z.object({ min: count, max: count }).optional(),
  raw: z.string().optional(),
  quarantine: z.string().optional(),
});

export type Receipt = z.infer<typeof receiptSchema>;

/** S3 allows 2 KB of user metadata; two keys of this length leave room for the rest. */
const longestKey = 300;

/** The receipt as object metadata: one entry of ASCII JSON. */
export function toMetadata(receipt: Receipt): Record<string, string> {
  const { firstKey, lastKey, ...rest } = receipt;
  return { receipt: asciiJson({ ...rest, ...bounded({ firstKey, lastKey }) }) };
}

/** Reads a receipt back; undefined when an object carries none, so something else wrote it. */
export function fromMetadata(metadata: Readonly<Record<string, string>>): Receipt | undefined {
  try {
    return receiptSchema.parse(JSON.parse(metadata.receipt ?? ''));
  } catch {
    return undefined;
  }
}

function bounded(keys: Pick<Receipt, 'firstKey' | 'lastKey'>): Pick<Receipt, 'firstKey' | 'lastKey'> {
  const fits = [keys.firstKey, keys.lastKey].every((key) => key && asciiJson(key).length <= longestKey);
  return fits ? keys : {};
}

/** Header values are ASCII; every other UTF-16 unit is written as \uXXXX, which any JSON parser reads back. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
