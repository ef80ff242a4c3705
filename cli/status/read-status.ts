import { claimedDatasets } from '../../core/run/claim';
import { isQuiet } from '../../core/run/missing/load-missing';
import type { QueueDepth } from '../../core/run/ports';
import { type DatasetStatus, datasetStatus } from '../../core/run/status/dataset-status';
import type { LoadedSource } from '../../core/source/load-sources';
import { holderOf } from '../../local/data-directory';
import { readEndpoint } from '../../local/endpoint-file';
import type { OpenEnvironment } from '../environment/open-environment';
import { dataFolder } from '../project';
import { findDataset } from '../sources/find-dataset';

/** A dataset by its names, as keys have them. */
export interface DatasetName {
  readonly source: string;
  readonly dataset: string;
}

/** What a command is about: one dataset by its name, all of a source by the source's, or all that are declared and all that are being loaded. */
export async function chooseDatasets(
  name: string | undefined,
  sources: readonly LoadedSource[],
  { lake }: Pick<OpenEnvironment, 'lake'>,
): Promise<DatasetName[]> {
  const datasets = sources.flatMap(({ source }) => source.datasets);
  const isSource =
    sources.some(({ source }) => source.name === name) && !datasets.some((dataset) => dataset.name === name);
  if (name !== undefined && !isSource) {
    const { source, dataset } = findDataset(name, sources);
    return [{ source: source.name, dataset: dataset.name }];
  }
  const names = sources.flatMap(({ source }) =>
    source.datasets.map((dataset) => ({ source: source.name, dataset: dataset.name })),
  );
  for (const claimed of await claimedDatasets(lake)) {
    if (!names.some(({ source, dataset }) => source === claimed.source && dataset === claimed.dataset))
      names.push(claimed);
  }
  return isSource ? names.filter(({ source }) => source === name) : names;
}

/** Where a dataset stands, and what is on its way to the workers. */
export interface WatchedStatus extends DatasetStatus {
  /** Of its source, while a run of the dataset waits for pages; absent where nobody can be asked. */
  readonly queue?: QueueDepth | undefined;
}

/** Where datasets stand. A run whose failed ranges have been sent to the workers again is no longer blocked: its queue tells that, nothing else. */
export async function readStatuses(
  environment: OpenEnvironment,
  names: readonly DatasetName[],
): Promise<WatchedStatus[]> {
  const statuses: WatchedStatus[] = [];
  for (const name of names) {
    const status = await datasetStatus(name, environment.lake);
    const { open } = status;
    const waits = open && ['loading', 'looking', 'blocked'].includes(open.state);
    const queue = waits ? await depthOf(environment, name.source) : undefined;
    if (open?.state === 'blocked' && queue && !isQuiet(queue)) {
      const state = open.look === undefined ? 'loading' : 'looking';
      statuses.push({ ...status, queue, open: { ...open, state } });
    } else statuses.push({ ...status, queue });
  }
  return statuses;
}

/** Whether anything is there that does the next step of an open run: AWS always is, a laptop only while a process loads. */
export async function isAlive({ name }: Pick<OpenEnvironment, 'name'>): Promise<boolean> {
  return name !== 'local' || (await holderOf(dataFolder)) !== undefined;
}

async function depthOf(environment: OpenEnvironment, source: string): Promise<QueueDepth | undefined> {
  // To hold the data directory only for a look would keep a load from starting
  if (environment.name === 'local' && !(await readEndpoint(dataFolder))) return undefined;
  try {
    const { pages } = await environment.queues(source);
    return await pages.depth();
  } catch {
    return undefined; // whoever may read the lake need not be allowed to ask the queue
  }
}
