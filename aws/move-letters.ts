import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { concurrently } from '../core/run/concurrently';
import type { DeadLetter } from '../core/run/dead/dead-letter';
import { callsAtOnce, type HeldLetter, release, scan } from './dead-letter-scan';

/** How letters are moved. */
export interface MoveOptions {
  /** Messages per second, at most. @default as fast as SQS takes them */
  readonly rate?: number | undefined;
  /** Told after each letter how many have been moved, of how many chosen. */
  readonly onMoved?: (moved: number, chosen: number) => void;
  /** Ends it between two letters. */
  readonly signal?: AbortSignal;
}

/** What became of a choice of letters. */
export interface Moved {
  readonly moved: number;
  /** Chosen, and still there: it was stopped before, or somebody else was faster. */
  readonly left: number;
  /** Letters that nobody could look at, because somebody else held them all the time. */
  readonly hidden: number;
}

/** A letter is dealt with well within the time that it is held. */
const roundSeconds = 40;
/** Letters of one round where no rate bounds it: some 100 per second take one of the ten calls under way. */
const mostPerRound = 4000;

/**
 * Moves the letters that are in a queue now and chosen, or removes them where there is no queue to move to. Each is sent before it is deleted,
 * so that whoever dies between the two leaves one too many and never one too few. A letter that comes back meanwhile is another one, and stays.
 */
export async function moveLetters(
  queues: { readonly sqs: SQSClient; readonly from: string; readonly to: string | undefined },
  choose: (letter: DeadLetter) => boolean,
  { rate, onMoved, signal }: MoveOptions = {},
): Promise<Moved> {
  const { sqs, from } = queues;
  const perRound = rate === undefined ? mostPerRound : Math.max(1, Math.floor(rate * roundSeconds));
  const first = await scan(sqs, from, { patience: true });
  const chosen = new Set(first.held.filter(({ letter }) => choose(letter)).map(({ letter }) => letter.id));
  const total = chosen.size;
  for (let held = first.held; ; held = (await scan(sqs, from)).held) {
    const mine = held.filter(({ letter }) => chosen.has(letter.id)).slice(0, perRound);
    const taken = new Set(mine);
    await release(
      sqs,
      from,
      held.filter((one) => !taken.has(one)),
    );
    await moveRound(queues, mine, {
      rate,
      signal,
      onDone: (id) => {
        chosen.delete(id);
        onMoved?.(total - chosen.size, total);
      },
    });
    if (chosen.size === 0 || mine.length === 0 || signal?.aborted) break;
  }
  return { moved: total - chosen.size, left: chosen.size, hidden: first.hidden };
}

async function moveRound(
  { sqs, from, to }: { readonly sqs: SQSClient; readonly from: string; readonly to: string | undefined },
  letters: readonly HeldLetter[],
  {
    rate,
    signal,
    onDone,
  }: {
    readonly rate: number | undefined;
    readonly signal: AbortSignal | undefined;
    readonly onDone: (id: string) => void;
  },
): Promise<void> {
  const untouched = new Set(letters);
  const move = async (held: HeldLetter) => {
    untouched.delete(held);
    if (to !== undefined) await sqs.send(new SendMessageCommand({ QueueUrl: to, MessageBody: held.body }));
    await sqs.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle: held.receiptHandle }));
    onDone(held.letter.id);
  };
  try {
    for await (const _ of concurrently(paced(letters, rate, signal), callsAtOnce, move));
  } finally {
    await release(sqs, from, [...untouched]);
  }
}

/** Gives out letters no faster than the rate, and none once it is stopped. */
async function* paced(
  letters: readonly HeldLetter[],
  rate: number | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<HeldLetter> {
  const started = performance.now();
  for (const [index, letter] of letters.entries()) {
    const due = rate === undefined ? 0 : started + (index * 1000) / rate - performance.now();
    if (due > 0) await sleep(due, undefined, signal ? { signal } : {}).catch(() => undefined);
    if (signal?.aborted) return;
    yield letter;
  }
}
