import { z } from 'zod';
import { concurrently } from '../concurrently';
import { readDocument } from '../document';
import { enqueuedKey, enqueuedPrefix, type RunName } from '../keys';
import type { Clock, Lake } from '../ports';

/** That what was missing of a run was enqueued again, and how much was there then. */
const roundSchema = z.object({
  version: z.literal(1),
  /** ISO 8601. */
  at: z.string(),
  /** Ranges that existed. */
  present: z.int().min(0),
});

type Round = z.infer<typeof roundSchema>;

/** Minutes that pass before the next round, by how many rounds in a row have brought no range; after the last, there is none. */
const waits = [0, 1, 2, 5, 10, 20, 40, 60];

/**
 * Rounds in a row that may bring nothing while so many ranges are missing without a word: one where the DLQ may hold them all, a few where it
 * may hold some of them.
 */
export function mostFruitlessRounds(missing: number, dead: number): number {
  if (dead === 0) return waits.length;
  return dead < missing ? 3 : 1;
}

/** What may be done about ranges that are missing while nothing is on its way to a worker. */
export type NextRound =
  | { readonly turn: 'enqueue'; readonly round: number }
  | { readonly turn: 'wait' }
  /** As many rounds as there are have brought nothing. */
  | { readonly turn: 'over' };

/**
 * Whether what is missing of a run, of which `present` ranges exist, is to be enqueued again. A message gets lost when a queue is purged, or when a function ends before it has sent all of
 * them; one round is enough for that. Rounds that bring nothing come at growing distances, and end; one range that came since begins them anew.
 */
export async function nextRound(
  run: RunName,
  { present, most }: { readonly present: number; readonly most: number },
  { lake, clock }: { readonly lake: Pick<Lake, 'list' | 'get'>; readonly clock: Pick<Clock, 'now'> },
): Promise<NextRound> {
  const keys: string[] = [];
  let count = 0;
  for await (const { key } of lake.list(enqueuedPrefix(run))) {
    if (!/\/\d+\.json$/.test(key.slice(enqueuedPrefix(run).length - 1))) continue; // of a look
    count++;
    keys.push(key);
    if (keys.length > waits.length) keys.shift();
  }
  const rounds: Round[] = [];
  for await (const round of concurrently(keys, keys.length + 1, (key) => readRound(key, lake))) {
    if (round) rounds.push(round);
  }
  const fruitful = rounds.findLastIndex((round) => round.present !== present);
  const fruitless = rounds.length - 1 - fruitful;
  const wait = fruitless < most ? waits[fruitless] : undefined;
  if (wait === undefined) return { turn: 'over' };
  const last = fruitless > 0 ? rounds.at(-1) : undefined;
  const isDue = !last || clock.now() - Date.parse(last.at) >= wait * 60_000;
  return isDue ? { turn: 'enqueue', round: count } : { turn: 'wait' };
}

/** Takes a round; false when somebody else has taken it. */
export async function takeRound(
  run: RunName,
  { round, present }: { readonly round: number; readonly present: number },
  { lake, clock }: { readonly lake: Pick<Lake, 'putIfAbsent'>; readonly clock: Pick<Clock, 'now'> },
): Promise<boolean> {
  const document: Round = { version: 1, at: new Date(clock.now()).toISOString(), present };
  const text = JSON.stringify(document);
  return (
    (await lake.putIfAbsent(enqueuedKey(run, round), text, { contentType: 'application/json' })) === 'created'
  );
}

function readRound(key: string, lake: Pick<Lake, 'get'>): Promise<Round | undefined> {
  return readDocument(roundSchema, key, lake);
}
