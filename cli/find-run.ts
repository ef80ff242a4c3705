import { ConfigurationError } from '../core/errors';
import { manifestKey, type RunName, runsPrefix } from '../core/run/keys';
import { isRunId } from '../core/run/plan/run-id';
import type { Lake } from '../core/run/ports';
import { runIds } from '../core/run/status/run-ids';
import type { LoadedSource } from '../core/source/load-sources';
import { findDataset } from './sources/find-dataset';
import { chooseDatasets } from './status/read-status';

type ReadLake = Pick<Lake, 'list' | 'get' | 'head'>;

/** What the argument of a command that is about one run may be. */
export const runArguments = {
  which: ['<run>', "a run's id, or a dataset: its latest finished run"],
  runId: ['[runId]', 'after a dataset: which of its runs'],
} as const;

/**
 * The run that a person means: by its id, which is looked for in all datasets; by dataset and id; or by a dataset alone, whose latest
 * finished run it is. A ConfigurationError says what there is.
 */
export async function findRun(
  [which, runId]: readonly [which: string, runId: string | undefined],
  sources: readonly LoadedSource[],
  lake: Lake,
): Promise<RunName> {
  if (runId !== undefined && !isRunId(runId)) throw notAnId(runId);
  if (isRunId(which)) return runOfId(which, sources, lake);
  const { source, dataset } = findDataset(which, sources);
  const name = { source: source.name, dataset: dataset.name };
  if (runId === undefined) return latestFinished(name, lake);
  if (await exists({ ...name, runId }, lake)) return { ...name, runId };
  throw new ConfigurationError(
    `${name.source}/${name.dataset} has no run ${runId}: npx baseload runs ${name.source}/${name.dataset} lists those there are`,
  );
}

async function runOfId(runId: string, sources: readonly LoadedSource[], lake: Lake): Promise<RunName> {
  const found: RunName[] = [];
  for (const name of await chooseDatasets(undefined, sources, { lake })) {
    if (await exists({ ...name, runId }, lake)) found.push({ ...name, runId });
  }
  const [first, second] = found;
  if (!first)
    throw new ConfigurationError(`no dataset has a run ${runId}: npx baseload runs lists those there are`);
  if (!second) return first;
  const names = found.map(({ source, dataset }) => `${source}/${dataset} ${runId}`);
  throw new ConfigurationError(`several datasets have a run ${runId}: say ${names.join(' or ')}`);
}

async function exists(run: RunName, lake: ReadLake): Promise<boolean> {
  for await (const _ of lake.list(`${runsPrefix(run)}${run.runId}/`)) return true;
  return false;
}

async function latestFinished(dataset: Omit<RunName, 'runId'>, lake: ReadLake): Promise<RunName> {
  const ids: string[] = [];
  for await (const runId of runIds(dataset, lake)) ids.push(runId);
  for (const runId of ids.reverse()) {
    if (await lake.head(manifestKey({ ...dataset, runId }))) return { ...dataset, runId };
  }
  const name = `${dataset.source}/${dataset.dataset}`;
  const open =
    ids[0] === undefined
      ? 'has no run yet'
      : `has no finished run yet (npx baseload status ${name} tells how far it is)`;
  throw new ConfigurationError(`${name} ${open}`);
}

function notAnId(text: string): ConfigurationError {
  return new ConfigurationError(`'${text}' is not a run's id, such as 2026-01-31t03-00-00-000z`);
}
