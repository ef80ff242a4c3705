import type { SourceQueues } from '../../aws/dead-letters';
import { readClaim } from '../../core/run/claim';
import { deadDocuments } from '../../core/run/dead/dead-documents';
import { type DeadGroup, groupDead } from '../../core/run/dead/dead-groups';
import type { DeadLetter } from '../../core/run/dead/dead-letter';
import { openRuns, type RunName } from '../../core/run/keys';
import type { Lake } from '../../core/run/ports';
import { asDeadOne } from './dead-letters';
import { overLetters } from './over-letters';

/** All that is known of a source's dead ranges. */
export interface DeadSurvey {
  /** Messages in the DLQ, as far as the queue can tell. */
  readonly messages: number;
  /** Of those, the ones that were looked at. */
  readonly read: number;
  /** Messages that are no page messages. */
  readonly foreign: number;
  /** Of runs that are open. */
  readonly groups: readonly DeadGroup[];
  /** Of runs that are over: nothing waits for them. */
  readonly over: readonly DeadGroup[];
  /** Whether messages wait in the page queue or are being worked on. */
  readonly underWay: boolean;
}

/** Messages that are looked at. */
const mostLetters = 20_000;

/** Looks at a source's DLQ, and at the documents of dead ranges of its open runs. Nothing is changed. */
export async function surveyDead(
  source: string,
  { queues, lake }: { readonly queues: SourceQueues; readonly lake: Pick<Lake, 'list' | 'head' | 'get'> },
  choose: (letter: DeadLetter) => boolean = () => true,
): Promise<DeadSurvey> {
  const letters = await queues.dead.read(mostLetters);
  const { dead, waiting, inFlight, delayed } = await queues.pages.depth();
  const isOver = await overLetters(letters, lake);
  const chosen = letters.filter(choose);
  const ones = chosen.filter((letter) => !isOver(letter)).flatMap(asDeadOne);
  for await (const run of openRunsOf(source, lake)) {
    for await (const one of deadDocuments(run, lake)) ones.push({ ...one, inQueue: false });
  }
  return {
    messages: Math.max(dead, letters.length),
    read: letters.length,
    foreign: letters.filter(({ message }) => message === undefined).length,
    groups: groupDead(ones),
    over: groupDead(chosen.filter(isOver).flatMap(asDeadOne)),
    underWay: waiting + inFlight + delayed > 0,
  };
}

/** The runs of a source that are under way. */
export async function* openRunsOf(
  source: string | undefined,
  lake: Pick<Lake, 'list' | 'get'>,
): AsyncGenerator<RunName> {
  for await (const { key } of lake.list(source === undefined ? openRuns : `${openRuns}${source}/`)) {
    const [of, dataset] = key.slice(openRuns.length, -'.json'.length).split('/');
    const claim = of && dataset ? await readClaim(lake, { source: of, dataset }) : undefined;
    if (claim) yield { source: claim.source, dataset: claim.dataset, runId: claim.runId };
  }
}
