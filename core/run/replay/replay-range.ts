import { type BaseloadError, PermanentError, TransientError } from '../../errors';
import type { FetchedRange } from '../../extract/range/fetched-range';
import { stageKey } from '../keys';
import type { Lake } from '../ports';
import { readNext } from '../range/next-sequences';
import type { PageMessage } from '../range/page-message';
import { RawPagesError, readRaw } from '../range/write-raw';
import { receiptOfRange } from './receipt-of-range';

/** A message whose range was loaded by another run, and is to be shaped anew. */
export type ReplayMessage = PageMessage & { readonly replayOf: NonNullable<PageMessage['replayOf']> };

/** Whether a message asks for a replay. */
export function isReplay(message: PageMessage): message is ReplayMessage {
  return message.replayOf !== undefined;
}

/** A range as another run fetched it, and where its bodies are. */
export interface ReplayedRange extends FetchedRange {
  /** Key of the raw bodies: of the run that asked the source for them. */
  readonly raw: string;
}

/**
 * What the source answered when the range was fetched for the run that is replayed, from the lake alone: the bodies into
 * `pagesFile`, and all that its receipt says. No request is made, so `requests` is 0; `fetchedAt` and `milliseconds` are
 * those of the fetch, since that is how fresh the records are. Rejects with a RawPagesError when neither the range's object nor
 * an entry of the manifest tells of it, or its raw bodies are not there.
 */
export async function replayRange(
  { replayOf, ...message }: ReplayMessage,
  files: { readonly pagesFile: string; readonly compressedFile: string },
  lake: Pick<Lake, 'head' | 'get' | 'download'>,
): Promise<ReplayedRange> {
  const run = { ...message, ...replayOf };
  const key = stageKey(run, message.range);
  const receipt = await receiptOfRange(run, message.range, lake);
  if (receipt === undefined) {
    throw new RawPagesError(
      `${key} is not in the lake, so run ${replayOf.runId} cannot be replayed: load the dataset from the source again`,
    );
  }
  const { raw, totals, expected } = receipt;
  if (raw === undefined) {
    throw new RawPagesError(
      `${key} was loaded without keeping its raw pages, so it cannot be replayed: load the dataset from the source again`,
    );
  }
  const origins = await readRaw({ key: raw, ...files }, lake);
  return {
    raw,
    origins,
    requests: 0,
    throttled: 0,
    retries: 0,
    bytes: receipt.bytesReceived,
    fetchedAt: receipt.fetchedAt,
    milliseconds: receipt.fetchMilliseconds,
    ...(totals && { totals }),
    ...(expected === undefined ? {} : { expected }),
    next: await readNext(receipt, lake),
  };
}

/** What becomes of a failure to shape a replayed range: pages that might come right when asked for again never do here. */
export function unrepeatable(error: unknown, { replayOf }: ReplayMessage): unknown {
  if (!(error instanceof TransientError)) return error;
  const { evidence }: BaseloadError = error;
  return new PermanentError(
    `${error.message} (run ${replayOf.runId} received it so, and a replay asks for nothing again: load the dataset from the source)`,
    { cause: error, evidence },
  );
}
