import { z } from 'zod';
import { PermanentError } from '../../errors';
import { type RangeName, type Sequence, sequenceSchema } from '../../plan/plan';
import { readDocument } from '../document';
import { nextKey, type RunName } from '../keys';
import type { Lake, ObjectHead } from '../ports';
import { fitsInReceipt, fromMetadata, type Receipt } from './receipt';

const nextSchema = z.object({ version: z.literal(1), sequences: z.array(sequenceSchema).min(1) });

/** The receipt of a stage object; a PermanentError when it carries none. */
export function receiptOf({ key, metadata }: Pick<ObjectHead, 'key' | 'metadata'>): Receipt {
  const receipt = fromMetadata(metadata);
  if (receipt) return receipt;
  throw new PermanentError(`${key} carries no receipt, so no worker wrote it: remove it from the lake`);
}

/** What follows a range that is there, as its receipt says. A PermanentError when the document it names is not there. */
export async function readNext(
  { next }: Pick<Receipt, 'next'>,
  lake: Pick<Lake, 'get'>,
): Promise<readonly Sequence[]> {
  if (next === undefined) return [];
  if ('sequences' in next) return next.sequences;
  const found = await readDocument(nextSchema, next.key, lake);
  if (found) return found.sequences;
  throw new PermanentError(`${next.key} is not in the lake, and says what follows: start the run over`);
}

/**
 * What the receipt of a range says of what follows it. What does not fit is written to a document of this attempt's
 * own, before the stage object that names it.
 */
export async function writeNext(
  sequences: readonly Sequence[],
  { run, range, attempt }: { readonly run: RunName; readonly range: RangeName; readonly attempt: string },
  lake: Pick<Lake, 'putIfAbsent'>,
): Promise<Receipt['next']> {
  if (sequences.length === 0) return undefined;
  const inline = { sequences: [...sequences] };
  if (fitsInReceipt(inline)) return inline;
  const key = nextKey(run, range, attempt);
  await lake.putIfAbsent(key, JSON.stringify({ version: 1, ...inline }), { contentType: 'application/json' });
  return { key };
}
