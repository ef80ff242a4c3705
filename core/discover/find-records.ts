import { formatPath, type Path } from '../source/path';
import { isAddressable } from './column-names';
import { isList, isObject, type Json } from './json-tree';

/** A list of records in a body. */
export interface RecordsFound {
  readonly path: Path;
  readonly records: readonly Json[];
}

/** What was found instead of records: only empty lists, lists of something else, or no list at all. */
export type NoRecords =
  | { readonly type: 'empty'; readonly path: string }
  | { readonly type: 'no-objects'; readonly path: string }
  | { readonly type: 'no-list' };

/** How deep in envelopes records are looked for. */
const deepest = 5;

/** Names under which sources put their records, and names under which they put what belongs to them. */
const usual =
  /^(data|items?|results?|records?|rows|values?|content|entries|elements|hits|list|nodes|resources|features|documents|docs|objects)$/i;
const accessory =
  /^(included|includes|errors|warnings|messages|links|facets|aggregations|buckets|fields|columns|schema|expansions|metadata|meta|filters|breadcrumbs)$/i;

/**
 * The list of objects that most looks like the records: the longest, where a usual name, or the dataset's own (the last
 * part of the URL), counts tenfold and every level of depth a little less.
 */
export function findRecords(body: Json, datasetName: string): RecordsFound | NoRecords {
  const lists = [...listsIn(body, [])];
  const ranked = lists
    .map((list) => ({ ...list, score: score(list, datasetName) }))
    .filter((list) => list.score > 0)
    .sort((a, b) => b.score - a.score);
  const [best] = ranked;
  if (best) return { path: best.path, records: best.records };
  const empty = lists.find(({ records }) => records.length === 0);
  if (empty) return { type: 'empty', path: formatPath(empty.path) };
  const [other] = lists;
  return other ? { type: 'no-objects', path: formatPath(other.path) } : { type: 'no-list' };
}

function* listsIn(value: Json, path: Path): Generator<RecordsFound> {
  if (isList(value)) yield { path, records: value };
  if (!isObject(value) || path.length >= deepest) return;
  for (const [key, inner] of value) if (isAddressable(key)) yield* listsIn(inner, [...path, key]);
}

function score({ path, records }: RecordsFound, datasetName: string): number {
  const objects = records.filter(isObject).length;
  const name = String(path.at(-1) ?? '');
  const isUsual = path.length === 0 || usual.test(name) || plain(name) === plain(datasetName);
  const weight = isUsual ? 10 : accessory.test(name) ? 0.1 : 1;
  return objects * weight * 0.9 ** path.length;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
