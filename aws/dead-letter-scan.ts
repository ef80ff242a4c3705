import { setTimeout as sleep } from 'node:timers/promises';
import {
  ChangeMessageVisibilityCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { concurrently } from '../core/run/concurrently';
import type { DeadLetter } from '../core/run/dead/dead-letter';
import { countMessages } from './page-queue';
import { readLetter } from './read-letter';

/** A letter that is held: nobody else receives it until it is released, or 90 seconds are over. */
export interface HeldLetter {
  readonly letter: DeadLetter;
  readonly body: string;
  readonly receiptHandle: string;
}

/** What a scan found. */
export interface Scan {
  readonly held: readonly HeldLetter[];
  /** Letters that somebody else holds, as far as SQS can tell. */
  readonly hidden: number;
}

/** How long a received letter is hidden from others; whoever dies while looking at letters hides them no longer than this. */
export const holdSeconds = 90;
/** A scan ends after this long, so that what it holds can be dealt with in time. */
const scanMilliseconds = 30_000;
/** SQS lets 120,000 messages of a queue be in flight; some are left for others. */
export const mostLetters = 100_000;
/** Calls under way at once. */
export const callsAtOnce = 10;
/** Time between two looks at letters that somebody else holds. */
const pollMilliseconds = 500;

/** Looks at letters and lets go of them. */
export async function peek(sqs: SQSClient, url: string, limit: number): Promise<DeadLetter[]> {
  const { held } = await scan(sqs, url, { limit });
  await release(sqs, url, held);
  return held.map(({ letter }) => letter);
}

/** Receives what is in a DLQ, each letter once; with `patience` it waits for letters that somebody else holds. */
export async function scan(
  sqs: SQSClient,
  url: string,
  { limit = mostLetters, patience = false }: { limit?: number; patience?: boolean } = {},
): Promise<Scan> {
  const started = performance.now();
  const held = new Map<string, HeldLetter>();
  let { waiting } = await countMessages(sqs, url);
  for (;;) {
    await receiveAll(sqs, url, { held, expected: waiting, limit, deadline: started + scanMilliseconds });
    if (held.size >= limit) return { held: [...held.values()], hidden: 0 };
    const now = await countMessages(sqs, url);
    const hidden = Math.max(0, now.inFlight - held.size);
    const waited = performance.now() - started;
    if (!patience || hidden === 0 || waited > scanMilliseconds) return { held: [...held.values()], hidden };
    await sleep(pollMilliseconds);
    ({ waiting } = await countMessages(sqs, url));
  }
}

/** Lets others receive letters again at once. One that is gone, or held by somebody else by now, is none of ours. */
export async function release(sqs: SQSClient, url: string, held: readonly HeldLetter[]): Promise<void> {
  const released = concurrently(held, callsAtOnce, ({ receiptHandle }) =>
    sqs
      .send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: url,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: 0,
        }),
      )
      .catch(() => undefined),
  );
  for await (const _ of released);
}

interface Receiving {
  readonly held: Map<string, HeldLetter>;
  /** Letters that the queue says it has. */
  readonly expected: number;
  readonly limit: number;
  /** By performance.now(). */
  readonly deadline: number;
}

/** Several lanes receive until the queue is empty, or a call fails: then none goes on. A count that SQS has late is not believed before a receive was empty too. */
async function receiveAll(sqs: SQSClient, url: string, receiving: Receiving): Promise<void> {
  const { held, expected, limit, deadline } = receiving;
  // What was received by now, and what the calls under way may still bring.
  let asked = 0;
  const most = limit - held.size;
  let isOver = false;
  const lane = async () => {
    while (!isOver && asked < most && performance.now() < deadline) {
      const ask = Math.min(10, most - asked);
      // Where more should come, wait for it: a receive that does not wait asks only some of the queue's servers.
      const wait = asked < expected ? 1 : 0;
      asked += ask;
      const messages = await receive(sqs, url, ask, wait);
      asked -= ask - messages.length;
      for (const message of messages) {
        const one = toHeld(message);
        if (one) held.set(one.letter.id, one);
      }
      if (messages.length === 0) return;
    }
  };
  const stopAll = (error: unknown) => {
    isOver = true;
    throw error;
  };
  const count = Math.min(callsAtOnce, Math.ceil(expected / 10) || 1);
  const lanes = await Promise.allSettled(Array.from({ length: count }, () => lane().catch(stopAll)));
  for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason;
}

async function receive(sqs: SQSClient, url: string, most: number, waitSeconds: number): Promise<Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: most,
      WaitTimeSeconds: waitSeconds,
      VisibilityTimeout: holdSeconds,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['SentTimestamp', 'DeadLetterQueueSourceArn'],
    }),
  );
  return Messages;
}

function toHeld(message: Message): HeldLetter | undefined {
  const { Body: body, ReceiptHandle: receiptHandle } = message;
  if (body === undefined || receiptHandle === undefined) return undefined;
  return { letter: readLetter(message), body, receiptHandle };
}
