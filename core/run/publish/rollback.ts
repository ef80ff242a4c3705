import { PermanentError } from '../../errors';
import { pointerKey, type RunName } from '../keys';
import type { Catalog, Lake } from '../ports';
import { asPublished, type Pointer, type PublishedRun, readPointer } from './pointer';
import { writeWatermark } from './watermark';

export interface RollbackOptions {
  /** A kept run to go to, also a later one. @default the latest kept run before the current one */
  readonly to?: string | undefined;
}

/** Which run readers saw, and which they see now. */
export interface RolledBack {
  readonly from: PublishedRun;
  readonly to: PublishedRun;
}

/** Why readers cannot be shown another run: one sentence with what to do. */
export class RollbackError extends PermanentError {}

export interface RollbackServices {
  readonly lake: Lake;
  readonly catalog: Catalog;
}

/**
 * Shows readers another kept run, in one atomic switch; the run that they saw is kept, so that one can go there again. Its files are counted
 * and its manifest looked for first. Watermark and catalog follow; before that, they are put where the pointer is now, so that a rollback that died
 * is made good by whatever rollback comes next. No run that readers have seen before is published again by itself: the next one that is, is new.
 * Throws a RollbackError when nothing is kept, the run is not among those that are, its files are gone, somebody moved the pointer meanwhile, or
 * the catalog refuses, which keeps the pointer from nothing.
 */
export async function rollback(
  { lake, catalog }: RollbackServices,
  dataset: Omit<RunName, 'runId'>,
  { to }: RollbackOptions,
  now: Date,
): Promise<RolledBack> {
  const name = `${dataset.source}/${dataset.dataset}`;
  const current = await readPointer(lake, dataset);
  if (!current)
    throw new RollbackError(`nothing of ${name} is published, so there is nothing to go back from`);
  const notFollowed = await follow(current, { lake, catalog }).then(() => undefined, String);
  if (to === current.runId && notFollowed !== undefined) {
    throw new RollbackError(
      `readers of ${name} see run ${to} already, but ${doesNotFollow(notFollowed, name, to)}`,
    );
  }
  const target = choose(current, name, to);
  await refuseIncomplete(target, name, lake);
  const pointer = moved(current, target, now);
  const { etag } = current;
  const written = await lake.replace(pointerKey(dataset), JSON.stringify(pointer, null, 2), etag);
  if (written === 'conflict') {
    throw new RollbackError(`${name} was published by somebody else meanwhile: look again, then roll back`);
  }
  await follow(pointer, { lake, catalog }).catch((cause) => {
    throw new RollbackError(
      `readers of ${name} in the lake see run ${target.runId} now, but ${doesNotFollow(cause, name, target.runId)}`,
      { cause },
    );
  });
  return { from: asPublished(current), to: target };
}

/** What goes where the pointer is, however often it is told. */
async function follow(pointer: Pointer, { lake, catalog }: RollbackServices): Promise<void> {
  await writeWatermark(lake, pointer);
  await catalog.follow(pointer);
}

function doesNotFollow(cause: unknown, name: string, runId: string): string {
  return `the watermark or the table in the catalog does not follow (${String(cause)}): mend that, then npx baseload rollback ${name} --to ${runId} makes them follow`;
}

function choose(current: Pointer, name: string, to: string | undefined): PublishedRun {
  const kept = current.previous;
  const named = kept.map(({ runId }) => runId).join(', ');
  if (to === current.runId) throw new RollbackError(`readers of ${name} see run ${to} already`);
  const earlier = kept.filter(({ runId }) => runId < current.runId);
  const latest = earlier.reduce<PublishedRun | undefined>(
    (best, run) => (best && best.runId > run.runId ? best : run),
    undefined,
  );
  const found = to === undefined ? latest : kept.find(({ runId }) => runId === to);
  if (found) return found;
  if (kept.length === 0) {
    throw new RollbackError(
      `no other run of ${name} is kept, so there is nothing to go back to: keepRuns of the dataset says how many are`,
    );
  }
  throw new RollbackError(
    to === undefined
      ? `no run of ${name} before ${current.runId} is kept, only ${named}: say --to with one of them`
      : `run ${to} of ${name} is not kept; ${kept.length === 1 ? 'the only one that is, is' : 'those that are:'} ${named}`,
  );
}

/** Readers must never be shown a table of which files are gone. */
async function refuseIncomplete(run: PublishedRun, name: string, lake: Lake): Promise<void> {
  const found = { files: 0, bytes: 0 };
  for await (const { key, bytes } of lake.list(run.location)) {
    if (!key.endsWith(`.${run.extension}`)) continue;
    found.files += 1;
    found.bytes += bytes;
  }
  const gone = `so run ${run.runId} of ${name} cannot be shown to readers; choose another with --to`;
  if (found.files !== run.files) {
    throw new RollbackError(`${run.location} has ${found.files} of its ${run.files} files, ${gone}`);
  }
  if (run.bytes !== undefined && found.bytes !== run.bytes) {
    throw new RollbackError(`${run.location} has ${found.bytes} of its ${run.bytes} bytes, ${gone}`);
  }
  if (!(await lake.head(run.manifest))) throw new RollbackError(`${run.manifest} is gone, ${gone}`);
}

function moved(current: Pointer, target: PublishedRun, now: Date): Pointer {
  const { version, source, dataset, previous } = current;
  const others = [asPublished(current), ...previous.filter(({ runId }) => runId !== target.runId)];
  const back = others.some(({ runId }) => runId > target.runId);
  return {
    version,
    source,
    dataset,
    ...target,
    previous: others,
    ...(back ? { rolledBack: { from: current.runId, at: now.toISOString() } } : {}),
  };
}
