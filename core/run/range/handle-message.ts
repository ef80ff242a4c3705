import { PermanentError, ThrottledError } from '../../errors';
import { EndlessChainError } from '../../extract/guard-errors';
import { pageRangeName } from '../../plan/grid';
import type { DeadRange } from '../dead/dead-range';
import { failureReasonOf } from '../failure-reason';
import { deadKey } from '../keys';
import type { Clock, FailureReason, Lake, PageQueue, Telemetry } from '../ports';
import type { PageMessage } from './page-message';

/** One delivery of one message. */
export interface Delivery {
  readonly message: PageMessage;
  readonly receiptHandle: string;
  /** How often it has been received, this time included. */
  readonly receiveCount: number;
  /** Names this delivery in the lake: part of the keys of what it writes. */
  readonly attempt: string;
}

export interface HandleMessageServices {
  /** Where the reason of a message that goes to the DLQ is kept. */
  readonly lake: Pick<Lake, 'put'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly pageQueue: PageQueue;
  readonly telemetry: Telemetry;
  /** Deliveries after which a message goes to the DLQ: the queue's own redrive policy. */
  readonly maxReceiveCount: number;
  readonly random?: () => number;
  load(message: PageMessage): Promise<'loaded' | 'skipped'>;
}

/** A source asked us to wait again and again, and never let the range in. */
export class EndlessParkingError extends PermanentError {}

/** SQS delays a message by 15 minutes at most. */
const longestDelaySeconds = 900;
/** First back-off; doubles with every receive, with full jitter. */
const baseBackOffSeconds = 5;
/** At a quarter of an hour each, fifty hours: twice as long as a run may take. */
const mostParks = 200;
/** Ranges of one chain: a source that leads on for ever must be stopped, even if every page is another one. */
const mostRangesOfChain = 100_000;

/**
 * Loads a range and decides what becomes of its message: 'acknowledge' removes it from the queue, 'retry'
 * lets it come back. Never rejects because of the range, only when the queue itself cannot be reached.
 */
export async function handleMessage(
  delivery: Delivery,
  services: HandleMessageServices,
): Promise<'acknowledge' | 'retry'> {
  const { message } = delivery;
  try {
    refuseEndlessChain(message);
    await services.load(message);
    return 'acknowledge';
  } catch (error) {
    const failure = error instanceof ThrottledError ? refuseEndlessParking(error, message) : error;
    return recover(failure, delivery, services);
  }
}

async function recover(
  error: unknown,
  delivery: Delivery,
  services: HandleMessageServices,
): Promise<'acknowledge' | 'retry'> {
  const { message, receiptHandle, receiveCount } = delivery;
  const { pageQueue, telemetry, maxReceiveCount, random = Math.random } = services;
  const { parks = 0, ...unparked } = message;
  const { slice, index } = message.range;
  const reason = failureReasonOf(error);
  telemetry.warn('A range was not loaded', { ...reason, receiveCount, slice, index });
  if (error instanceof ThrottledError) {
    const seconds = Math.min(longestDelaySeconds, Math.ceil(error.retryAfterSeconds));
    await pageQueue.park({ ...message, parks: parks + 1 }, seconds);
    telemetry.count('RangesParked', 1);
    return 'acknowledge';
  }
  if (!worthRetrying(reason) || receiveCount >= maxReceiveCount) {
    await recordDeath(delivery, reason, services);
    await pageQueue.deadLetter(unparked, reason); // a redrive begins anew
    telemetry.count('RangesDeadLettered', 1);
    return 'acknowledge';
  }
  const ceiling = Math.min(longestDelaySeconds, baseBackOffSeconds * 2 ** (receiveCount - 1));
  await pageQueue.backOff(receiptHandle, Math.ceil(random() * ceiling));
  return 'retry';
}

/**
 * Writes down why, so that it is known without receiving a message, also when the message is gone. The message itself carries the reason
 * too: a lake that refuses the document must not keep it from the DLQ, or it would be tried again and again for nothing.
 */
async function recordDeath(
  { message, attempt }: Delivery,
  { failure, error, reason, status }: FailureReason,
  { lake, clock, telemetry }: HandleMessageServices,
): Promise<void> {
  const { range, look } = message;
  const document: DeadRange = {
    slice: range.slice,
    index: range.index,
    look,
    failure,
    error,
    reason,
    status,
    attempt,
    at: new Date(clock.now()).toISOString(),
  };
  const key = deadKey(message, range);
  await lake.put(key, JSON.stringify(document), { contentType: 'application/json' }).catch((cause) => {
    telemetry.warn('Why a range is dead could not be written down', { key, reason: String(cause) });
  });
}

/** What nobody foresaw may be a passing fault of the platform, so it is tried again like a transient one. */
function worthRetrying({ failure }: FailureReason): boolean {
  return failure === 'transient' || failure === 'unknown';
}

function refuseEndlessChain({ dataset, range }: PageMessage): void {
  if (range.type !== 'chain' || range.index <= mostRangesOfChain) return;
  throw new EndlessChainError(
    `slice ${range.slice} of ${dataset} goes on after ${mostRangesOfChain.toLocaleString('en')} page ranges: cut the dataset into slices, or correct how its pages end`,
  );
}

function refuseEndlessParking(error: ThrottledError, { dataset, range, parks = 0 }: PageMessage): Error {
  if (parks < mostParks) return error;
  return new EndlessParkingError(
    `range ${pageRangeName(range)} of ${dataset} was asked to wait more than ${mostParks} times, last by: ${error.message}`,
    { evidence: error.evidence, cause: error },
  );
}
