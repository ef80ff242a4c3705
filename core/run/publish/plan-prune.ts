import { z } from 'zod';
import { readClaim } from '../claim';
import { curatedSchema } from '../curate/curated';
import { curatedKey, curatedPrefix, manifestKey, type RunName } from '../keys';
import type { Lake } from '../ports';
import { readPointer } from './pointer';
import { type RunFolder, runFolders } from './run-folders';
import { type Kept, momentOf, whatIsKept } from './what-is-kept';

export interface PruneOptions {
  /** Runs that stay for rollback besides the current one. @default as many as the pointer keeps */
  readonly keep?: number | undefined;
  /** Remove raw pages and quarantine that are older than so many days, also of runs that are kept for rollback. @default they stay with their run */
  readonly rawDays?: number | undefined;
  /** How long a run stays that readers may have seen, or that somebody may still look into. */
  readonly graceHours: number;
}

/** Something that can go: folders of one run. */
export interface PruneItem {
  readonly runId: string;
  /** Why nobody needs it: 'no longer kept', … */
  readonly why: string;
  /** In the order in which they are removed: documents last, so that what is left of a prune that was killed is found again. */
  readonly prefixes: readonly string[];
  readonly objects: number;
  readonly bytes: number;
}

/** What can go of a dataset, and what the lake looked like when that was found out. */
export interface PrunePlan {
  readonly dataset: Omit<RunName, 'runId'>;
  readonly items: readonly PruneItem[];
  /** Runs of which nothing may go but expired raw pages and lost curations, and why. */
  readonly kept: ReadonlyMap<string, string>;
  /** Runs that the pointer keeps and that go, so that it must forget them first. */
  readonly forgotten: readonly string[];
  /** Version of the pointer; undefined where nothing is published. */
  readonly pointerEtag: string | undefined;
  readonly openRun: string | undefined;
}

/** Finds out what of a dataset nobody needs any more. Changes nothing. */
export async function planPrune(
  lake: Pick<Lake, 'get' | 'list'>,
  dataset: Omit<RunName, 'runId'>,
  options: PruneOptions,
  now: Date,
): Promise<PrunePlan> {
  // The claim first: a run that begins after this is in none of the folders that are listed below, or is recent.
  const openRun = (await readClaim(lake, dataset))?.runId;
  const pointer = await readPointer(lake, dataset);
  const folders = new Map<string, RunFolder[]>();
  for await (const folder of runFolders(dataset, lake)) {
    folders.set(folder.runId, [...(folders.get(folder.runId) ?? []), folder]);
  }
  const runs = [...folders.keys()].sort();
  const kept = await whatIsKept(runs, { dataset, pointer, openRun, ...options, now }, lake);
  const items: PruneItem[] = [];
  for (const runId of runs) {
    const own = folders.get(runId) ?? [];
    const run = { ...dataset, runId };
    const found = kept.why.has(runId)
      ? await leftovers(run, own, { kept, options, now, openRun }, lake)
      : [{ why: await whyNot(run, lake), prefixes: own.map(({ prefix }) => prefix) }];
    for (const { why, prefixes } of found) {
      if (prefixes.length > 0) items.push({ runId, why, prefixes, ...(await sizeOf(prefixes, lake)) });
    }
  }
  const forgotten = (pointer?.previous ?? [])
    .map(({ runId }) => runId)
    .filter((runId) => !kept.why.has(runId));
  return { dataset, items, kept: kept.why, forgotten, pointerEtag: pointer?.etag, openRun };
}

/** Whatever version wrote it. */
const endSchema = z
  .looseObject({ subset: z.boolean().catch(false), problems: z.array(z.unknown()).catch([]) })
  .catch({ subset: false, problems: [] });

async function whyNot(run: RunName, lake: Pick<Lake, 'get'>): Promise<string> {
  const found = await lake.get(manifestKey(run));
  if (!found) return 'never finished';
  const { subset, problems } = endSchema.parse(jsonOf(found.text));
  if (problems.length > 0) return 'refused';
  return subset ? 'a trial' : 'no longer kept';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Circumstances {
  readonly kept: Kept;
  readonly options: PruneOptions;
  readonly now: Date;
  readonly openRun: string | undefined;
}

/** What a run that stays does not need: files of attempts at merging it that were not the first, and raw pages where they expire. */
async function leftovers(
  run: RunName,
  folders: readonly RunFolder[],
  { kept, options, now, openRun }: Circumstances,
  lake: Pick<Lake, 'get' | 'list'>,
): Promise<{ why: string; prefixes: readonly string[] }[]> {
  if (run.runId === openRun) return [];
  const lost = { why: 'merged by somebody else first', prefixes: await lostCurations(run, folders, lake) };
  const { rawDays } = options;
  const old = rawDays !== undefined && now.getTime() - momentOf(run.runId) > rawDays * 86_400_000;
  if (!old || kept.withRaw.has(run.runId)) return [lost];
  const raw = folders.filter(({ place }) => place === 'raw' || place === 'quarantine');
  return [lost, { why: `older than ${rawDays} days`, prefixes: raw.map(({ prefix }) => prefix) }];
}

/** Folders of attempts that curated.json does not name; none where it is not there. */
async function lostCurations(
  run: RunName,
  folders: readonly RunFolder[],
  lake: Pick<Lake, 'get' | 'list'>,
): Promise<string[]> {
  const tables = folders.find(({ place }) => place === 'tables');
  const found = tables && (await lake.get(curatedKey(run)));
  if (!tables || !found) return [];
  const winner = curatedSchema.parse(jsonOf(found.text)).location;
  const attempts = new Set<string>();
  for await (const { key } of lake.list(tables.prefix)) {
    const [attempt, file] = key.slice(tables.prefix.length).split('/');
    if (attempt !== undefined && file !== undefined) attempts.add(curatedPrefix(run, attempt));
  }
  return [...attempts].filter((prefix) => prefix !== winner);
}

async function sizeOf(
  prefixes: readonly string[],
  lake: Pick<Lake, 'list'>,
): Promise<{ objects: number; bytes: number }> {
  const size = { objects: 0, bytes: 0 };
  for (const prefix of prefixes) {
    for await (const { bytes } of lake.list(prefix)) {
      size.objects += 1;
      size.bytes += bytes;
    }
  }
  return size;
}
