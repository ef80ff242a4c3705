import { blockedPrefix, type RunName, redrivenKey, redrivenPrefix } from '../keys';
import type { Clock, Lake } from '../ports';

/**
 * Notes that the DLQ was emptied while messages are on their way, once for each time that others were told that the run is blocked. Workers that ended without a
 * word leave no other trace of it: whoever reads their messages again ends as they did, and the run is blocked as before.
 */
export async function noteRedriven(
  run: RunName,
  { lake, clock }: { readonly lake: Pick<Lake, 'list' | 'putIfAbsent'>; readonly clock: Pick<Clock, 'now'> },
): Promise<void> {
  const told = await countKeys(blockedPrefix(run), lake);
  if (told === 0) return;
  const note = { version: 1, at: new Date(clock.now()).toISOString() };
  await lake.putIfAbsent(redrivenKey(run, told), JSON.stringify(note), { contentType: 'application/json' });
}

/** How often a run was redriven since others were first told that it is blocked; undefined for never. */
export async function timesRedriven(run: RunName, lake: Pick<Lake, 'list'>): Promise<number | undefined> {
  return (await countKeys(redrivenPrefix(run), lake)) || undefined;
}

async function countKeys(prefix: string, lake: Pick<Lake, 'list'>): Promise<number> {
  let count = 0;
  for await (const _ of lake.list(prefix)) count++;
  return count;
}
