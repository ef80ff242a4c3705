import { type RunName, runFolderPrefixes, runsPrefix } from '../keys';
import type { Lake } from '../ports';

/** Where a run's objects stand: one of the places of the lake, and the folder there. */
export interface RunFolder {
  readonly runId: string;
  readonly place: Place;
  /** With a trailing slash. */
  readonly prefix: string;
}

export type Place = 'stage' | 'tables' | 'raw' | 'quarantine' | 'runs';

/** A folder's name: a run's, or that of a look of a run, as keys.ts makes them. Nothing else is ever taken for a run's. */
const folderName = /^(\d{4}-\d{2}-\d{2}t\d{2}-\d{2}-\d{2}-\d{3}z)(-look-\d+)?$/;

/** Behind every key of a folder. */
const behind = '\u{10ffff}';

/** Every folder that a run of a dataset has in the lake; costs one listing for each folder, whatever is in it. */
export async function* runFolders(
  dataset: Omit<RunName, 'runId'>,
  lake: Pick<Lake, 'list'>,
): AsyncGenerator<RunFolder> {
  for (const prefix of runFolderPrefixes(dataset)) yield* foldersBelow(prefix, lake);
  yield* foldersBelow(runsPrefix(dataset), lake);
}

async function* foldersBelow(below: string, lake: Pick<Lake, 'list'>): AsyncGenerator<RunFolder> {
  const place = placeOf(below);
  for (let after: string | undefined; ; ) {
    const key = await firstKey(below, after, lake);
    if (key === undefined) return;
    const end = key.indexOf('/', below.length);
    const prefix = end < 0 ? undefined : key.slice(0, end + 1);
    const [, runId] = folderName.exec(key.slice(below.length, end < 0 ? undefined : end)) ?? [];
    if (prefix !== undefined && runId !== undefined) yield { runId, place, prefix };
    after = prefix === undefined ? key : `${prefix}${behind}`;
  }
}

async function firstKey(
  prefix: string,
  after: string | undefined,
  lake: Pick<Lake, 'list'>,
): Promise<string | undefined> {
  for await (const { key } of lake.list(prefix, { after })) return key;
  return undefined;
}

function placeOf(prefix: string): Place {
  const place = prefix.slice(0, prefix.indexOf('/'));
  switch (place) {
    case 'stage':
    case 'tables':
    case 'raw':
    case 'quarantine':
    case 'runs':
      return place;
    default:
      throw new TypeError(`'${prefix}' is no place of runs`);
  }
}
