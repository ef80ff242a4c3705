import { pageRangeName } from '../plan/grid';
import type { RangeName, Table } from '../plan/plan';

/** Which run of which dataset of which source. */
export interface RunName {
  readonly source: string;
  readonly dataset: string;
  readonly runId: string;
  /** Which look at the source after the run's own pages, from 1; absent for those. Its objects stand in a folder of their own. */
  readonly look?: number | undefined;
}

/** A run, and how its stage objects end. */
export interface StagedRun extends RunName {
  readonly extension: Table['extension'];
}

/** The folder with the documents of every run, and the claims. */
export const allRuns = 'runs/';

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
  return `stage/${datasetFolder(run)}run=${safe(lookName(run))}/`;
}

/** How the keys of all stage objects of a run begin: those of its own pages, and those of its looks. */
export function stagePrefixes({ source, dataset, runId }: RunName): string[] {
  const run = { source, dataset, runId };
  return [stagePrefix(run), `stage/${datasetFolder(run)}run=${safe(runId)}-look-`];
}

/** The one object of a page range: a pure function of source, dataset, run, slice and range. */
export function stageKey(run: StagedRun, range: RangeName): string {
  return `${stagePrefix(run)}${rangeName(range)}.${run.extension}`;
}

/** Page bodies as received by one attempt. */
export function rawKey(run: RunName, range: RangeName, attempt: string): string {
  return `raw/${datasetFolder(run)}run=${safe(lookName(run))}/${rangeName(range)}-${safe(attempt)}.jsonl.gz`;
}

/** Which pages the bodies of a raw object are, in its order: what a replay needs besides them. */
export function rawPagesKey(rawKey: string): string {
  return rawKey.replace(/\.jsonl\.gz$/, '.pages.json');
}

/** Records of one attempt that do not fit the schema, with their reasons. */
export function quarantineKey(run: RunName, range: RangeName, attempt: string): string {
  return `quarantine/${datasetFolder(run)}run=${safe(lookName(run))}/${rangeName(range)}-${safe(attempt)}.jsonl.gz`;
}

/** What follows a range that one attempt loaded, where that does not fit into the receipt. */
export function nextKey(run: RunName, range: RangeName, attempt: string): string {
  return `${runFolder(run)}next/${lookFolder(run)}${rangeName(range)}-${safe(attempt)}.json`;
}

/** What one attempt noticed about the records of a range: see observations.ts. */
export function observationsKey(run: RunName, range: RangeName, attempt: string): string {
  return `${runFolder(run)}observations/${lookFolder(run)}${rangeName(range)}-${safe(attempt)}.json`;
}

/** What a look reads, and why: see look.ts. */
export function lookKey(run: RunName, look: number): string {
  return `${runFolder(run)}look-${look}.json`;
}

/** A part of a run's manifest: the entries of consecutive objects, JSON lines. */
export function manifestPartKey(run: RunName, part: string): string {
  return `${manifestPartsPrefix(run)}${safe(part)}.jsonl`;
}

/** The folder with the parts of a run's manifest, those of each look in a folder of their own. */
export function manifestPartsPrefix(run: RunName): string {
  return `${runFolder(run)}manifest/${lookFolder(run)}`;
}

/** The folder with a document for each round in which what was missing was enqueued again. */
export function enqueuedPrefix(run: RunName): string {
  return `${runFolder(run)}enqueued/${lookFolder(run)}`;
}

/** That what was missing was enqueued again, from 0. */
export function enqueuedKey(run: RunName, round: number): string {
  return `${enqueuedPrefix(run)}${String(round).padStart(6, '0')}.json`;
}

/** What verification proved: the answer to "is it all there?". */
export function verificationKey(run: RunName): string {
  return `${runFolder(run)}verification.json`;
}

/** How a run ends, decided once by whoever is first: see ending.ts. */
export function endingKey(run: RunName): string {
  return `${runFolder(run)}ending.json`;
}

/** That the stage objects of a run are left to expire: readers never see it any more, whatever becomes of its ending. */
export function expiringKey(run: RunName): string {
  return `${runFolder(run)}expiring.json`;
}

/** Since when, and how often, something could not be done that others are owed of a run; overwritten. */
export function owedKey(run: RunName, what: string): string {
  return `${runFolder(run)}owed/${safe(what)}.json`;
}

/** The folder with a document for each way in which a run was blocked that others were told of. */
export function blockedPrefix(run: RunName): string {
  return `${runFolder(run)}blocked/`;
}

/** That others were told of one way in which a run was blocked. */
export function blockedKey(run: RunName, blockage: string): string {
  return `${blockedPrefix(run)}${safe(blockage)}.json`;
}

/** The folder with a document for each time that a run was redriven after others were told that it was blocked. */
export function redrivenPrefix(run: RunName): string {
  return `${runFolder(run)}redriven/`;
}

/** That a run was redriven after others were told `told` times that it was blocked. */
export function redrivenKey(run: RunName, told: number): string {
  return `${redrivenPrefix(run)}${String(told).padStart(6, '0')}.json`;
}

/** When a run that takes long last came further; overwritten. */
export function progressKey(run: RunName): string {
  return `${runFolder(run)}progress.json`;
}

/** The report for people. */
export function reportKey(run: RunName): string {
  return `${runFolder(run)}report.html`;
}

/** Which files a run was curated into. */
export function curatedKey(run: RunName): string {
  return `${runFolder(run)}curated.json`;
}

/** The folder with a document for each range whose message went to the DLQ, and why. */
export function deadPrefix(run: RunName): string {
  return `${runFolder(run)}dead/${lookFolder(run)}`;
}

/** Why a range's message went to the DLQ; overwritten when it does so again. */
export function deadKey(run: RunName, range: RangeName): string {
  return `${deadPrefix(run)}${rangeName(range)}.json`;
}

/** The folder with a document for each range that an operator gave up. */
export function givenUpPrefix(run: RunName): string {
  return `${runFolder(run)}given-up/${lookFolder(run)}`;
}

/** That an operator gave a range up, who and why. */
export function givenUpKey(run: RunName, range: RangeName): string {
  return `${givenUpPrefix(run)}${rangeName(range)}.json`;
}

/** Curated files of a run, made by one attempt: a folder that holds nothing else. */
export function curatedPrefix(run: RunName, attempt: string): string {
  return `tables/${datasetFolder(run)}run=${safe(run.runId)}/${safe(attempt)}/`;
}

/** How far the published baseline reaches: what incremental processing begins from. */
export function watermarkKey(dataset: Omit<RunName, 'runId'>): string {
  return `tables/${datasetFolder(dataset)}watermark.json`;
}

/** How the folders of a dataset's runs, and of their looks, begin in each place of the lake, up to the run's id. */
export function runFolderPrefixes(dataset: Omit<RunName, 'runId'>): string[] {
  return ['stage', 'tables', 'raw', 'quarantine'].map((place) => `${place}/${datasetFolder(dataset)}run=`);
}

/** Since when a dataset is loaded by itself, and by which schedules: see expected-since.ts. */
export function expectedKey(dataset: Omit<RunName, 'runId'>): string {
  return `tables/${datasetFolder(dataset)}expected.json`;
}

/** The pointer: names the run that readers see. */
export function pointerKey(dataset: Omit<RunName, 'runId'>): string {
  return `tables/${datasetFolder(dataset)}current.json`;
}

function rangeName({ slice, index }: RangeName): string {
  return pageRangeName({ slice: safe(slice), index });
}

/** A run's folder below stage/, raw/ and quarantine/; each look has one too, beside it. */
function lookName({ runId, look }: RunName): string {
  return look === undefined ? runId : `${runId}-look-${look}`;
}

/** Within the folders of a run's documents. */
function lookFolder({ look }: RunName): string {
  return look === undefined ? '' : `look-${look}/`;
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
