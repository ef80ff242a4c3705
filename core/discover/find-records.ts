import { formatPath, type Path } from '../source/path';
import { isAddressable } from './column-names';
import { complaintOf } from './complaint';
import { envelopeOf } from './envelope';
import { isList, isObject, type Json } from './json-tree';
import { totalsOn } from './totals';

/** A list of records in a body, and the other lists of objects that it could have been. */
export interface RecordsFound extends RecordList {
  /** The likeliest first. */
  readonly others: readonly OtherList[];
  /** Whether its name says that it tells what went wrong. */
  readonly isComplaint: boolean;
}

interface RecordList {
  readonly path: Path;
  readonly records: readonly Json[];
}

/** A list that was not taken for the records. */
export interface OtherList {
  readonly path: string;
  readonly length: number;
  /** Whether it is nearly as likely. */
  readonly isClose: boolean;
}

/** What was found instead of records: only empty lists, lists of something else, or no list at all. */
export type NoRecords = {
  /** The error that the body names. */
  readonly complaint?: string | undefined;
} & (
  | { readonly type: 'empty'; readonly path: string }
  | { readonly type: 'no-objects'; readonly path: string }
  | { readonly type: 'no-list' }
);

/** How deep in envelopes records are looked for. */
const deepest = 5;

/** Names under which sources put their records, and names under which they put what belongs to them. */
const usual =
  /^(data|items?|results?|records?|rows|values?|content|entries|elements|hits|list|nodes|resources|features|documents|docs|objects)$/i;
const accessory =
  /^(included|includes|links|facets|aggregations|buckets|fields|columns|schema|expansions|metadata|meta|filters|breadcrumbs)$/i;
/** Names under which they say what went wrong; messages are records of some. */
const faults = /^(errors?|warnings?)$/i;
const messages = /^messages?$/i;

/** A list that is less likely by more than this is not worth a doubt. */
const closeness = 4;

/**
 * The list of objects that most looks like the records: the longest, where a usual name, the dataset's own (the last
 * part of the URL), or a total that is its length alone, counts tenfold and every level of depth a little less. Errors, warnings
 * and messages are records only where nothing else could be.
 */
export function findRecords(body: Json, datasetName: string): RecordsFound | NoRecords {
  const lists = [...listsIn(body, [])];
  const counted = countedList(body, lists);
  const scored = lists
    .map((list) => ({ ...list, isCounted: list === counted, score: score(list, datasetName) }))
    .sort((a, b) => weighed(b) - weighed(a));
  const likely = scored.filter((list) => list.score > 0 && !isComplaint(list, datasetName));
  const complaints = scored.filter((list) => list.score > 0 && isComplaint(list, datasetName));
  const complaint = complaintOf(body);
  const empty = lists.find((list) => list.records.length === 0 && !isComplaint(list, datasetName));
  const [best] = likely.length > 0 ? likely : complaints;
  if (best === undefined || (likely.length === 0 && couldBeInstead(best, lists, body))) {
    if (empty) return { type: 'empty', path: formatPath(empty.path), complaint };
    const other = lists.find((list) => !isComplaint(list, datasetName));
    return other && best === undefined
      ? { type: 'no-objects', path: formatPath(other.path), complaint }
      : { type: 'no-list', complaint };
  }
  const others = likely
    .filter((list) => list !== best)
    .map(({ path, records, score: other }) => ({
      path: formatPath(path),
      length: records.length,
      // A total may count something else: it does not settle it.
      isClose: other * closeness >= best.score,
    }));
  return { path: best.path, records: best.records, others, isComplaint: likely.length === 0 };
}

function* listsIn(value: Json, path: Path): Generator<RecordList> {
  if (isList(value)) yield { path, records: value };
  if (!isObject(value) || path.length >= deepest) return;
  for (const [key, inner] of value) if (isAddressable(key)) yield* listsIn(inner, [...path, key]);
}

/** The one of several lists of objects whose length a total names. */
function countedList(body: Json, lists: readonly RecordList[]): RecordList | undefined {
  const candidates = lists.filter(({ records }) => records.some(isObject));
  if (candidates.length < 2) return undefined;
  const totals = totalsOn(
    { headers: {} },
    candidates.flatMap(({ path }) => envelopeOf(body, path)),
  );
  for (const { counts, value } of totals) {
    const counted = candidates.filter(({ records }) => records.length === value);
    if (counts === 'records' && counted.length === 1) return counted[0];
  }
  return undefined;
}

/** Whether a list tells what went wrong; the dataset's own name says that it is what is wanted. */
function isComplaint({ path }: RecordList, datasetName: string): boolean {
  const name = String(path.at(-1) ?? '');
  return (faults.test(name) || messages.test(name)) && plain(name) !== plain(datasetName);
}

/** Whether the records could be elsewhere, and are missing: in an empty list, or, beside errors, in what is null. */
function couldBeInstead({ path }: RecordList, lists: readonly RecordList[], body: Json): boolean {
  const isFault = faults.test(String(path.at(-1) ?? ''));
  const isElsewhere = lists.some(
    (list) => list.records.length === 0 && (list.path.length === 0 || usual.test(String(list.path.at(-1)))),
  );
  const isMissing = isObject(body) && [...body].some(([key, value]) => value === null && usual.test(key));
  const isEmptyBeside = lists.some(({ records }) => records.length === 0);
  return isElsewhere || (isFault && (isMissing || isEmptyBeside));
}

function score({ path, records }: RecordList, datasetName: string): number {
  const objects = records.filter(isObject).length;
  const name = String(path.at(-1) ?? '');
  const isUsual = path.length === 0 || usual.test(name) || plain(name) === plain(datasetName);
  const weight = isUsual ? 10 : accessory.test(name) ? 0.1 : 1;
  return objects * weight * 0.9 ** path.length;
}

/** A total speaks for the list that it counts as much as a usual name. */
function weighed({ score: plainScore, isCounted }: { score: number; isCounted: boolean }): number {
  return isCounted ? plainScore * 10 : plainScore;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
