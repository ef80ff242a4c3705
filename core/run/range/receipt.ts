import { z } from 'zod';
import { sequenceSchema } from '../../plan/plan';

const count = z.int().min(0);

/** What a stage object says of itself, in its metadata: enough to verify a run, and to go on with it, without reading a single record. */
export const receiptSchema = z.object({
  /** The definition it was shaped by. */
  definition: z.string(),
  /** Which delivery wrote it. */
  attempt: z.string(),
  /** ISO 8601, when fetching began. */
  fetchedAt: z.string(),
  /** How long fetching took. */
  fetchMilliseconds: count,
  /** Position of the first page in its slice; absent where the range is a lead over several slices. */
  firstPage: count.optional(),
  pages: count,
  requests: count,
  /** Answers that asked us to wait; absent for none. */
  throttled: count.optional(),
  /** Requests that were made again; absent for none. */
  retries: count.optional(),
  /** Milliseconds from a request to the end of its body: median, 95th percentile, longest. Absent where no page was asked for. */
  latency: z.tuple([count, count, count]).optional(),
  /** Of page bodies, after content decoding. */
  bytesReceived: count,
  /** Records in the bodies. received + added = staged + quarantined + filtered. */
  received: count,
  /** Rows that explode or transform made beyond one for each record; absent for none. */
  added: count.optional(),
  staged: count,
  quarantined: count,
  filtered: count,
  /** Smallest and largest key, as JSON text; absent when there are no records or the text is too long for metadata. */
  firstKey: z.string().optional(),
  lastKey: z.string().optional(),
  /** Set where no key comes twice in the range. */
  uniqueKeys: z.literal(true).optional(),
  /** 64 bits of all keys, as hexadecimal digits; those of the parts of a range, combined by exclusive or, are those of the range. */
  keysDigest: z.string().optional(),
  /** Hash of the first record of the first page, and of the last page: two ranges that begin alike are one page asked for twice. */
  firstRecord: z.string().optional(),
  lastRecord: z.string().optional(),
  /** Smallest and largest total that the source reported while the range was fetched. */
  totals: z.object({ min: count, max: count }).optional(),
  /** The total that the range was planned by, or that its first page told: what `totals` must still be. */
  planned: count.optional(),
  /** Set where slices begin in the range. */
  begins: z.literal(true).optional(),
  /** Records that the source says are in the slices that begin in the range; absent where it does not say for each. */
  expected: count.optional(),
  raw: z.string().optional(),
  quarantine: z.string().optional(),
  /** Key of the document of what was noticed about the records; absent when there was nothing. */
  observations: z.string().optional(),
  /** What is still to be fetched of the range's slices, or the key of the document that says so; absent when there is nothing. */
  next: z
    .union([z.object({ sequences: z.array(sequenceSchema).min(1) }), z.object({ key: z.string() })])
    .optional(),
});

export type Receipt = z.infer<typeof receiptSchema>;

/** S3 allows 2 KB of user metadata, names included (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html). */
const mostMetadata = 2048;
/** What follows a range, as JSON text, when it stands in the receipt itself. */
const longestNext = 700;
/** Two keys of this length leave room for the rest. */
const longestKey = 300;

/**
 * The receipt as object metadata: one entry of ASCII JSON. Keys of records that are too long, or leave no room for what
 * the run needs, are left out.
 */
export function toMetadata(receipt: Receipt): Record<string, string> {
  const { firstKey, lastKey, ...rest } = receipt;
  const whole = asciiJson({ ...rest, ...bounded({ firstKey, lastKey }) });
  const fits = 'receipt'.length + whole.length <= mostMetadata;
  return { receipt: fits ? whole : asciiJson(rest) };
}

/** Reads a receipt back; undefined when an object carries none, so something else wrote it. */
export function fromMetadata(metadata: Readonly<Record<string, string>>): Receipt | undefined {
  try {
    return receiptSchema.parse(JSON.parse(metadata.receipt ?? ''));
  } catch {
    return undefined;
  }
}

/** Whether a `next` is short enough to stand in a receipt. */
export function fitsInReceipt(next: Receipt['next']): boolean {
  return asciiJson(next).length <= longestNext;
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
