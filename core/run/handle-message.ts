import { BaseloadError, ThrottledError } from '../errors';
import type { PageMessage } from './page-message';
import type { FailureReason, PageQueue, Telemetry } from './ports';

/** One delivery of one message. */
export interface Delivery {
  readonly message: PageMessage;
  readonly receiptHandle: string;
  /** How often it has been received, this time included. */
  readonly receiveCount: number;
}

export interface HandleMessageServices {
  readonly pageQueue: PageQueue;
  readonly telemetry: Telemetry;
  /** Deliveries after which a message goes to the DLQ: the queue's own redrive policy. */
  readonly maxReceiveCount: number;
  readonly random?: () => number;
  load(message: PageMessage): Promise<'loaded' | 'skipped'>;
}

/** SQS delays a message by 15 minutes at most. */
const longestDelaySeconds = 900;
/** First back-off; doubles with every receive, with full jitter. */
const baseBackOffSeconds = 5;

/**
 * Loads a range and decides what becomes of its message: 'acknowledge' removes it from the queue, 'retry'
 * lets it come back. Never rejects because of the range, only when the queue itself cannot be reached.
 */
export async function handleMessage(
  { message, receiptHandle, receiveCount }: Delivery,
  services: HandleMessageServices,
): Promise<'acknowledge' | 'retry'> {
  const { pageQueue, telemetry, maxReceiveCount, random = Math.random } = services;
  try {
    await services.load(message);
    return 'acknowledge';
  } catch (error) {
    const reason = describe(error);
    telemetry.warn('A range was not loaded', {
      ...reason,
      receiveCount,
      slice: message.slice,
      index: message.index,
    });
    if (error instanceof ThrottledError) {
      await pageQueue.park(message, Math.min(longestDelaySeconds, Math.ceil(error.retryAfterSeconds)));
      telemetry.count('RangesParked', 1);
      return 'acknowledge';
    }
    if (!worthRetrying(reason) || receiveCount >= maxReceiveCount) {
      await pageQueue.deadLetter(message, reason);
      telemetry.count('RangesDeadLettered', 1);
      return 'acknowledge';
    }
    const ceiling = Math.min(longestDelaySeconds, baseBackOffSeconds * 2 ** (receiveCount - 1));
    await pageQueue.backOff(receiptHandle, Math.ceil(random() * ceiling));
    return 'retry';
  }
}

/** What nobody foresaw may be a passing fault of the platform, so it is tried again like a transient one. */
function worthRetrying({ failure }: FailureReason): boolean {
  return failure === 'transient' || failure === 'unknown';
}

function describe(error: unknown): FailureReason {
  if (error instanceof BaseloadError) {
    return { failure: error.failure, reason: error.message, status: error.evidence.status };
  }
  return { failure: 'unknown', reason: error instanceof Error ? error.message : String(error) };
}
