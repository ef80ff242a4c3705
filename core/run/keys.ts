import { pageRangeName } from '../plan/grid';
import type { RangeName, Table } from '../plan/plan';

/** Which run of which dataset of which source. */
export interface RunName {
  readonly source: string;
  readonly dataset: string;
  readonly runId: string;
}

/** A run, and how its stage objects end. */
export interface StagedRun extends RunName {
  readonly extension: Table['extension'];
}

/** The folder where every claim is; a source may therefore not be called 'open'. */
export const openRuns = 'runs/open/';

/** A dataset's claim: names the run that is loading it. */
export function claimKey({ source, dataset }: Omit<RunName, 'runId'>): string {
  return `${openRuns}${safe(source)}/${safe(dataset)}.json`;
}

/** The folder with the documents of all runs of a dataset, each in a folder that has the run's id for a name. */
export function runsPrefix(dataset: Omit<RunName, 'runId'>): string {
  return `runs/${datasetFolder(dataset)}`;
}

export function planKey(run: RunName): string {
  return `${runFolder(run)}plan.json`;
}

export function manifestKey(run: RunName): string {
  return `${runFolder(run)}manifest.json`;
}

/** Everything that readers may see of a run: a folder with one object per page range. */
export function stagePrefix(run: RunName): string {
  return `stage/${datasetFolder(run)}run=${safe(run.runId)}/`;
}

/** The one object of a page range: a pure function of source, dataset, run, slice and range. */
export function stageKey(run: StagedRun, range: RangeName): string {
  return `${stagePrefix(run)}${rangeName(range)}.${run.extension}`;
}

/** Page bodies as received by one attempt. */
export function rawKey(run: RunName, range: RangeName, attempt: string): string {
  return `raw/${datasetFolder(run)}run=${safe(run.runId)}/${rangeName(range)}-${safe(attempt)}.jsonl.gz`;
}

/** Which pages the bodies of a raw object are, in its order: what a replay needs besides them. */
export function rawPagesKey(rawKey: string): string {
  return rawKey.replace(/\.jsonl\.gz$/, '.pages.json');
}

/** Records of one attempt that do not fit the schema, with their reasons. */
export function quarantineKey(run: RunName, range: RangeName, attempt: string): string {
  return `quarantine/${datasetFolder(run)}run=${safe(run.runId)}/${rangeName(range)}-${safe(attempt)}.jsonl.gz`;
}

/** What follows a range that one attempt loaded, where that does not fit into the receipt. */
export function nextKey(run: RunName, range: RangeName, attempt: string): string {
  return `${runFolder(run)}next/${rangeName(range)}-${safe(attempt)}.json`;
}

/** What one attempt noticed about the records of a range: see observations.ts. */
export function observationsKey(run: RunName, range: RangeName, attempt: string): string {
  return `${runFolder(run)}observations/${rangeName(range)}-${safe(attempt)}.json`;
}

/** The pointer: names the run that readers see. */
export function pointerKey(dataset: Omit<RunName, 'runId'>): string {
  return `tables/${datasetFolder(dataset)}current.json`;
}

function rangeName({ slice, index }: RangeName): string {
  return pageRangeName({ slice: safe(slice), index });
}

function runFolder(run: RunName): string {
  return `runs/${datasetFolder(run)}${safe(run.runId)}/`;
}

function datasetFolder({ source, dataset }: Omit<RunName, 'runId'>): string {
  return `${safe(source)}/${safe(dataset)}/`;
}

/** Names in keys come from source files and clocks, never from a response; this is the last line of defence. */
function safe(name: string): string {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) throw new TypeError(`'${name}' cannot be part of an object key`);
  return name;
}
