import { ConfigurationError } from '../../errors';
import type { Increment } from '../../plan/plan';
import { definitionHash } from '../../source/definition-hash';
import { writeTime } from '../../source/incremental-time';
import type { Dataset } from '../../source/source';
import { unlessUnreadable } from '../document';
import type { RunName } from '../keys';
import type { Lake } from '../ports';
import type { Pointer } from '../publish/pointer';
import { readManifest } from '../verify/manifest';

const minute = 60_000;

/**
 * What a run that loads only what changed asks for, and whose table it is merged into: the published one's. Throws a ConfigurationError that
 * says what to load first where the source cannot be asked for changes, where nothing is published, and where the published table's
 * records were shaped by another definition: rows of two shapes are no table.
 */
export async function planIncrement(
  run: RunName,
  dataset: Dataset,
  published: Pointer | undefined,
  lake: Pick<Lake, 'get'>,
): Promise<Increment> {
  const { incremental } = dataset;
  const name = `${run.source}/${run.dataset}`;
  if (incremental === undefined) {
    throw new ConfigurationError(
      `${name} does not say how its source is asked for what changed: give the dataset 'incremental', such as { query: { updated_since: '{since}' } }, or load everything: baseload run ${name}`,
    );
  }
  if (published === undefined) {
    throw new ConfigurationError(
      `nothing of ${name} is published that changes could be merged into: load everything once first: baseload run ${name}`,
    );
  }
  const { runId, watermark } = published;
  const base = await readManifest(lake, { ...run, runId }).catch(unlessUnreadable);
  if (base?.definition !== definitionHash(dataset)) {
    const why = base === undefined ? 'has no manifest that can be read' : 'was loaded by another definition';
    throw new ConfigurationError(
      `the published run ${runId} of ${name} ${why}, so what changed since cannot be merged into it: load everything once with today's definition: baseload run ${name}`,
    );
  }
  const since = Math.max(0, Date.parse(watermark) - incremental.overlapMinutes * minute);
  return {
    since: new Date(since).toISOString(),
    sent: writeTime(incremental.format, since),
    base: { runId },
  };
}
