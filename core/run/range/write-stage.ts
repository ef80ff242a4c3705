import { rangesOf } from '../../plan/grid';
import type { PageRange, Sequence } from '../../plan/plan';
import { contentType } from '../../shape/stage/content-type';
import { stageKey } from '../keys';
import { messagesOf } from '../missing/enqueue-missing';
import type { Lake, ObjectBody, PageQueue, Telemetry } from '../ports';
import { readNext, receiptOf, writeNext } from './next-sequences';
import type { PageMessage } from './page-message';
import { type Receipt, toMetadata } from './receipt';

export interface StageServices {
  readonly lake: Pick<Lake, 'head' | 'get' | 'putIfAbsent'>;
  readonly pageQueue: Pick<PageQueue, 'send'>;
  readonly telemetry: Telemetry;
}

/** What an attempt at a range is about to write. */
export interface StageObject {
  readonly message: PageMessage;
  readonly attempt: string;
  readonly body: ObjectBody;
  /** All of the receipt but what follows. */
  readonly receipt: Omit<Receipt, 'next'>;
  /** What follows the range. */
  readonly next: readonly Sequence[];
}

/**
 * Whether the range of a message is there already. If it is, what follows is enqueued: the message came back because the
 * writer may have died before it did so. Nothing ever follows a range of a grid.
 */
export async function continueIfThere(message: PageMessage, services: StageServices): Promise<boolean> {
  const existing = await services.lake.head(stageKey(message, message.range));
  if (existing === undefined) return false;
  const next = message.range.type === 'pages' ? [] : await readNext(receiptOf(existing), services.lake);
  await enqueue(next, message, services);
  return true;
}

/**
 * Writes the stage object of a range unless it is there, and enqueues what follows. 'exists': somebody else wrote it, who
 * enqueues what follows; an attempt that lost the write must not, so that two deliveries of a message do not become two
 * chains that run side by side to the end.
 */
export async function writeStage(
  object: StageObject,
  services: StageServices,
): Promise<'created' | 'exists'> {
  const { message, attempt, body, receipt } = object;
  const { range } = message;
  const { lake } = services;
  const next = await writeNext(object.next, { run: message, range, attempt }, lake);
  const key = stageKey(message, range);
  const metadata = toMetadata({ ...receipt, next });
  const options = { metadata, contentType: contentType(message.extension) };
  const written = await lake.putIfAbsent(key, body, options);
  if (object.next.length === 0) return written;
  if (written === 'created' || (await isOfAttempt(key, attempt, lake))) {
    await enqueue(object.next, message, services);
  }
  return written;
}

/** An object that is there may be this attempt's own: its first answer was lost, and the client tried again. */
async function isOfAttempt(key: string, attempt: string, lake: Pick<Lake, 'head'>): Promise<boolean> {
  const head = await lake.head(key);
  return head !== undefined && receiptOf(head).attempt === attempt;
}

async function enqueue(
  sequences: readonly Sequence[],
  message: PageMessage,
  { pageQueue, telemetry }: Pick<StageServices, 'pageQueue' | 'telemetry'>,
): Promise<void> {
  if (sequences.length === 0) return;
  telemetry.count('RangesEnqueued', await pageQueue.send(messagesOf(message, rangesOfAll(sequences))));
}

function* rangesOfAll(sequences: readonly Sequence[]): Generator<PageRange> {
  for (const sequence of sequences) yield* rangesOf(sequence);
}
