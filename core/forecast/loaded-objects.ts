import { manifestPartsPrefix } from '../run/keys';
import type { Lake } from '../run/ports';
import { linesIn, type Manifest, type ManifestObject, readPart } from '../run/verify/manifest';
import { objectsOfRest, rangesPerBlock } from '../run/verify/range-block';

/** What is asked of a manifest to find all that its run loaded. */
type Loaded = Pick<Manifest, 'source' | 'dataset' | 'runId' | 'parts' | 'drift'>;

/** A stage object that a run loaded, and whether it is no part of the table: others replace it, or it only looked. */
export interface LoadedObject {
  readonly object: ManifestObject;
  readonly isReplaced: boolean;
}

/** All stage objects that a finished run loaded: those of its table, those that others replace, and those that only looked at page edges. */
export async function* loadedObjects(
  manifest: Loaded,
  lake: Pick<Lake, 'get' | 'list'>,
): AsyncGenerator<LoadedObject> {
  for (const part of manifest.parts) {
    const isMarked = linesIn(part.replaced ?? []);
    for (const [line, object] of (await readPart(part, lake)).entries())
      yield { object, isReplaced: isMarked(line) };
  }
  for await (const object of objectsBeside(manifest, lake)) yield { object, isReplaced: true };
}

/** Those of them that are in parts which the manifest does not name, since nothing in such a part is of the table. */
export async function* objectsBeside(
  { source, dataset, runId, parts, drift }: Loaded,
  lake: Pick<Lake, 'get' | 'list'>,
): AsyncGenerator<ManifestObject> {
  if (drift === undefined || drift.looks === 0) return; // every part is named
  const named = new Set(parts.map(({ key }) => key));
  const found: string[] = [];
  for await (const { key } of lake.list(manifestPartsPrefix({ source, dataset, runId }))) found.push(key);
  for (const key of currentParts(found)) if (!named.has(key)) yield* await readPart({ key }, lake);
}

/** Without those that were written when fewer objects were there, and that others took the place of when a range came late. */
function currentParts(keys: readonly string[]): string[] {
  const folderOf = (key: string) => key.slice(0, key.lastIndexOf('/'));
  const blocks = new Map<string, number>();
  const most = new Map<string, number>();
  for (const key of keys) {
    const folder = folderOf(key);
    const objects = objectsOfRest(key);
    if (objects === undefined) blocks.set(folder, (blocks.get(folder) ?? 0) + 1);
    else most.set(folder, Math.max(most.get(folder) ?? 0, objects));
  }
  return keys.filter((key) => {
    const objects = objectsOfRest(key);
    const inBlocks = (blocks.get(folderOf(key)) ?? 0) * rangesPerBlock;
    return objects === undefined || (objects === most.get(folderOf(key)) && objects > inBlocks);
  });
}
