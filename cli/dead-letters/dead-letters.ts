import type { SourceQueues } from '../../aws/dead-letters';
import { deadDocuments } from '../../core/run/dead/dead-documents';
import { type DeadGroup, type DeadOne, groupDead } from '../../core/run/dead/dead-groups';
import type { DeadLetter } from '../../core/run/dead/dead-letter';
import { isOfRun } from '../../core/run/dead/dead-letter';
import { extentOf } from '../../core/run/dead/give-up';
import type { RunName } from '../../core/run/keys';
import type { Lake } from '../../core/run/ports';
import { RawPagesError } from '../../core/run/range/write-raw';

/** What is said of a run's dead ranges. */
export interface DeadReasons {
  /** Up to five distinct ones, the most frequent first, with their numbers. */
  readonly reasons: readonly string[];
  /** Whether all are there because somebody must change a setting. */
  readonly areConfiguration: boolean;
  /** Whether all are there because the raw pages that they need are not what they were. */
  readonly areRawPages: boolean;
}

/** Messages that are looked at to say why. */
const mostLetters = 10_000;

/** Why ranges of a run are dead: by their messages in the DLQ, and by what the lake keeps of those whose message is gone. */
export async function readDeadLetters(
  { dead }: Pick<SourceQueues, 'dead'>,
  lake: Pick<Lake, 'list' | 'head' | 'get'>,
  run: RunName,
): Promise<DeadReasons> {
  const letters = (await dead.read(mostLetters)).filter((letter) => isOfRun(letter, run));
  const ones = letters.flatMap(asDeadOne);
  for await (const one of deadDocuments(run, lake)) ones.push({ ...one, inQueue: false });
  return deadReasons(groupDead(ones));
}

/** What is said of groups of dead ranges. */
export function deadReasons(groups: readonly DeadGroup[]): DeadReasons {
  const every = (is: (group: DeadGroup) => boolean) => groups.length > 0 && groups.every(is);
  return {
    reasons: groups
      .slice(0, 5)
      .map(({ reason, ranges }) => (ranges === 1 ? reason : `${reason} (${ranges} times)`)),
    areConfiguration: every(({ failure }) => failure === 'configuration'),
    areRawPages: every(({ error }) => error === RawPagesError.name),
  };
}

/** The dead range that a letter is of; none where it is no page message. */
export function asDeadOne(letter: DeadLetter): DeadOne[] {
  const { message, failure, error, reason, status, sentAt } = letter;
  if (!message) return [];
  const { source, dataset, runId, look, range } = message;
  const { slice, index } = range;
  const extent = extentOf(range);
  return [
    {
      source,
      dataset,
      runId,
      look,
      slice,
      index,
      failure,
      error,
      reason,
      status,
      at: sentAt,
      inQueue: true,
      extent,
    },
  ];
}
