import { PermanentError } from '../../errors';
import { readClaim } from '../claim';
import { pointerKey } from '../keys';
import type { Lake } from '../ports';
import type { PrunePlan } from './plan-prune';
import { readPointer } from './pointer';

/** What was planned is no longer so: one sentence. What has gone until then, nobody needed. */
export class PruneError extends PermanentError {}

/**
 * Removes what a plan says, run by run from the oldest, documents last, so that a prune that is killed is made good by running it again. The
 * pointer forgets the runs first, so that nobody rolls back to one that is half gone. Throws a PruneError when somebody has moved the pointer or
 * begun a run since the plan was made.
 *
 * @param progress is called after each batch with the number of objects removed so far
 */
export async function applyPrune(
  lake: Lake,
  plan: PrunePlan,
  progress: (removed: number) => void = () => {},
): Promise<number> {
  const pointerEtag = await forget(plan, lake);
  let removed = 0;
  for (const { prefixes } of plan.items) {
    for (const prefix of prefixes) {
      await refuseChanged(plan, pointerEtag, lake);
      await lake.removeAll(
        counted(keysBelow(prefix, lake), () => {
          removed += 1;
          if (removed % 1000 === 0) progress(removed);
        }),
      );
    }
  }
  progress(removed);
  return removed;
}

/** Takes the runs that go out of the pointer; resolves to its version. */
async function forget(
  { dataset, forgotten, pointerEtag }: PrunePlan,
  lake: Lake,
): Promise<string | undefined> {
  if (forgotten.length === 0) return pointerEtag;
  const current = await readPointer(lake, dataset);
  if (!current || current.etag !== pointerEtag) throw changed('the pointer was moved');
  const { etag, ...pointer } = current;
  const previous = pointer.previous.filter(({ runId }) => !forgotten.includes(runId));
  const text = JSON.stringify({ ...pointer, previous }, null, 2);
  if ((await lake.replace(pointerKey(dataset), text, etag)) === 'conflict') {
    throw changed('the pointer was moved');
  }
  return (await lake.get(pointerKey(dataset)))?.etag;
}

/** A run that began since may replay one of those that are to go, and a pointer that moved may show one. */
async function refuseChanged(
  { dataset, openRun }: PrunePlan,
  pointerEtag: string | undefined,
  lake: Lake,
): Promise<void> {
  const pointer = await lake.get(pointerKey(dataset));
  if (pointer?.etag !== pointerEtag) throw changed('the pointer was moved');
  const open = (await readClaim(lake, dataset))?.runId;
  if (open !== undefined && open !== openRun) throw changed(`run ${open} has begun`);
}

function changed(what: string): PruneError {
  return new PruneError(`${what} meanwhile, so that what may go is to be found out anew: prune again`);
}

async function* keysBelow(prefix: string, lake: Pick<Lake, 'list'>): AsyncGenerator<string> {
  for await (const { key } of lake.list(prefix)) yield key;
}

async function* counted(keys: AsyncIterable<string>, tell: () => void): AsyncGenerator<string> {
  for await (const key of keys) {
    yield key;
    tell();
  }
}
