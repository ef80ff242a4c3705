import { concurrently } from '../concurrently';
import { readUnpublished } from '../ending/ending';
import { type RunName, stagePrefixes } from '../keys';
import type { Clock, Lake, Telemetry } from '../ports';
import { readPointer, wasSeen } from '../publish/pointer';
import { noteExpiring } from './expiring';

export interface ExpireServices {
  readonly lake: Pick<Lake, 'get' | 'list' | 'putIfAbsent' | 'tag'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly telemetry: Telemetry;
  /** Milliseconds until the process is ended. @default it is not */
  readonly timeLeft?: (() => number) | undefined;
}

/** By which the bucket's lifecycle rule finds what nobody will ever read. */
export const unpublishedTag = { name: 'baseload', value: 'unpublished' };

/** As many as the SDK has connections (https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/node-configuring-maxsockets.html). */
const tagsAtOnce = 50;

/** Left for tags that are under way, with what the SDK tries again. */
const reserveMilliseconds = 60_000;

/**
 * Tags the stage objects of a run that has ended unpublished, and those of its looks, so that the bucket deletes them when they are old enough; raw
 * pages stay, and what was merged is left to a prune. Does nothing of a run that was published, or may yet be, and never of one that the pointer shows or
 * keeps, whatever its ending says. Best effort: what is left when the time is over, or the lake refuses, is logged, and `baseload prune` removes it. To tag twice is to tag once.
 */
export async function expireStage(run: RunName, services: ExpireServices): Promise<void> {
  const { lake, telemetry, timeLeft = () => Number.POSITIVE_INFINITY } = services;
  const { source, dataset, runId } = run;
  const isOver = () => timeLeft() < reserveMilliseconds;
  let tagged = 0;
  try {
    if (!(await readUnpublished(lake, run))) return;
    if (wasSeen(run, await readPointer(lake, run))) throw new Error('readers see it, or may go back to it');
    await noteExpiring(run, services);
    const tags = concurrently(stageKeys(run, lake, isOver), tagsAtOnce, (key) =>
      lake.tag(key, unpublishedTag),
    );
    for await (const _ of tags) tagged++;
    if (isOver()) throw new Error('there was no time left');
    telemetry.info('The stage objects of a run that ended unpublished will expire', {
      ...{ source, dataset, runId, objects: tagged },
    });
  } catch (error) {
    telemetry.warn(
      'Not all stage objects of a run that ended unpublished will expire: baseload prune removes them',
      {
        ...{ source, dataset, runId, tagged, reason: String(error) },
      },
    );
  }
}

async function* stageKeys(
  run: RunName,
  lake: Pick<Lake, 'list'>,
  isOver: () => boolean,
): AsyncGenerator<string> {
  for (const prefix of stagePrefixes(run)) {
    if (isOver()) return;
    for await (const { key } of lake.list(prefix)) {
      if (isOver()) return;
      yield key;
    }
  }
}
