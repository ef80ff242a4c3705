import { rangeNamed } from '../../plan/grid';
import { concurrently } from '../concurrently';
import { parseDocument } from '../document';
import { deadPrefix, givenUpKey, type RunName, stageKey } from '../keys';
import { readPlan } from '../plan/read-plan';
import type { Lake } from '../ports';
import type { DeadOne } from './dead-groups';
import { type DeadRange, deadRangeSchema } from './dead-range';
import { extentOf } from './give-up';

/** Documents looked at, at once. */
const looksAtOnce = 20;

/**
 * The ranges of a run, and of its looks, that failed, are still missing, and are not given up: by the documents in the lake, so that one whose
 * message is gone is among them too.
 */
export async function* deadDocuments(
  run: RunName,
  lake: Pick<Lake, 'list' | 'head' | 'get'>,
): AsyncGenerator<Omit<DeadOne, 'inQueue'>> {
  const plan = await readPlan(lake, run);
  if (!plan) return;
  const read = concurrently(lake.list(deadPrefix(run)), looksAtOnce, async ({ key }) => {
    const found = await lake.get(key);
    if (!found) return undefined; // removed since the listing
    const dead = parseDocument(deadRangeSchema, found.text, key);
    const { source, dataset, runId, extension } = plan;
    const name = { source, dataset, runId, ...(dead.look === undefined ? {} : { look: dead.look }) };
    const over =
      (await lake.head(stageKey({ ...name, extension }, dead))) ?? (await lake.head(givenUpKey(name, dead)));
    // Which pages a look reads is in its own plan, and it has them from the run's.
    const range = dead.look === undefined ? rangeNamed(dead, plan) : undefined;
    return over ? undefined : { ...name, ...reasonOf(dead), extent: range && extentOf(range) };
  });
  for await (const dead of read) if (dead) yield dead;
}

function reasonOf({ slice, index, failure, error, reason, status, at }: DeadRange) {
  return { slice, index, failure, error, reason, status, at: Date.parse(at) };
}
