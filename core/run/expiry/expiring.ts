import { expiringKey, type RunName } from '../keys';
import type { Clock, Lake } from '../ports';

/** Notes that stage objects of a run are left to expire, before the first of them is: the note outlives an ending that somebody removed by hand. */
export async function noteExpiring(
  run: RunName,
  { lake, clock }: { readonly lake: Pick<Lake, 'putIfAbsent'>; readonly clock: Pick<Clock, 'now'> },
): Promise<void> {
  const note = { version: 1, at: new Date(clock.now()).toISOString() };
  await lake.putIfAbsent(expiringKey(run), JSON.stringify(note), { contentType: 'application/json' });
}

/** Whether stage objects of a run are left to expire. */
export async function isExpiring(lake: Pick<Lake, 'head'>, run: RunName): Promise<boolean> {
  return (await lake.head(expiringKey(run))) !== undefined;
}
