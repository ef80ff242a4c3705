import type { SourceQueues } from '../../aws/dead-letters';
import { readClaim } from '../../core/run/claim';
import { type DeadLetter, isOfRun } from '../../core/run/dead/dead-letter';
import type { RunName } from '../../core/run/keys';
import type { Lake } from '../../core/run/ports';

/** Messages that are looked at. */
const mostLetters = 10_000;

/** Tells of letters whether their run is over: given up, failed or published, so that nothing waits for what they stand for. */
export async function overLetters(
  letters: readonly DeadLetter[],
  lake: Pick<Lake, 'get'>,
): Promise<(letter: DeadLetter) => boolean> {
  const open = new Map<string, string | undefined>();
  for (const { message } of letters) {
    const name = message && `${message.source}/${message.dataset}`;
    if (message && name && !open.has(name)) open.set(name, (await readClaim(lake, message))?.runId);
  }
  return ({ message }) => {
    const name = message && `${message.source}/${message.dataset}`;
    return name !== undefined && open.has(name) && open.get(name) !== message?.runId;
  };
}

/**
 * Clears the DLQ for a run that is tried anew: removes the letters of the run, whose ranges are enqueued again, and those of runs that are
 * over, for which nobody waits. Resolves to their number.
 */
export async function clearForRun(
  { dead }: Pick<SourceQueues, 'dead'>,
  lake: Pick<Lake, 'get'>,
  run: RunName,
): Promise<number> {
  const letters = await dead.read(mostLetters);
  if (letters.length === 0) return 0;
  const isOver = await overLetters(letters, lake);
  const { moved } = await dead.remove((letter) => isOfRun(letter, run) || isOver(letter));
  return moved;
}
