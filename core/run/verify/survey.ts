import { PermanentError } from '../../errors';
import type { Plan } from '../../plan/plan';
import { noObservations, ObservationsSum } from '../../shape/merge-observations';
import { type Observations, observationsSchema } from '../../shape/observations';
import { concurrently } from '../concurrently';
import { readDocument } from '../document';
import type { Lake } from '../ports';
import type { Receipt } from '../range/receipt';
import { Checksums, type Differences } from './checksums';
import { KeyIntervals, type KeyProof } from './key-intervals';
import { type Ledger, ReplacedLines } from './ledger';
import type { ManifestObject } from './manifest';
import type { RepeatedKeys, TableObjects } from './repeated-keys';
import { RepeatedPages } from './repeated-pages';
import type { Sentences } from './sentences';
import { Tally } from './tally';

/** Documents read at once. */
const readsAtOnce = 50;

/** Tells which keys came more than once in some of a table's objects; undefined where each came once. */
export type FindRepeatedKeys = (plan: Plan, objects: TableObjects) => Promise<RepeatedKeys | undefined>;

export interface SurveyServices {
  readonly lake: Lake;
  readonly findRepeatedKeys: FindRepeatedKeys;
}

/** What all objects of a run, taken together, tell. */
export interface Survey extends Differences {
  readonly tally: Tally;
  readonly replaced: ReplacedLines;
  readonly observations: Observations;
  readonly keys: KeyProof;
  readonly repeatedKeys: RepeatedKeys | undefined;
  readonly repeatedPages: Sentences;
}

/**
 * Goes through the receipts of a run once, and once more for what the first time made doubtful; reads records only where receipts do not prove
 * that their keys are unique. Then lists the lake, to see that everything is still what it was.
 */
export async function survey(
  plan: Plan,
  ledger: Ledger,
  { lake, findRepeatedKeys }: SurveyServices,
): Promise<Survey> {
  const tally = new Tally(plan);
  const replaced = new ReplacedLines();
  const intervals = new KeyIntervals(plan);
  const pages = new RepeatedPages();
  const checksums = new Checksums();
  let number = 0;
  const filled = async function* () {
    for await (const entry of ledger) {
      const { object, isReplaced } = entry;
      tally.add(object, isReplaced);
      replaced.add(entry);
      checksums.add(object);
      if (isReplaced) continue;
      intervals.add(number++, object.receipt);
      pages.add(object);
      if (object.receipt.received > 0) yield object;
    }
  };
  const observations = await readObservations(filled(), lake);
  const keys = await intervals.proof(ledger.table());
  const doubtful = ledger.table(keys.isUnproved);
  const repeatedKeys = keys.unproved > 0 ? await findRepeatedKeys(plan, doubtful) : undefined;
  tally.counts.repeated = repeatedKeys?.rows ?? 0;
  const repeatedPages = await pages.find(ledger.table());
  const runs = ledger.folders.map(({ run }) => run);
  const differences = await checksums.compare(runs, ledger, lake);
  return { tally, replaced, observations, keys, repeatedKeys, repeatedPages, ...differences };
}

/** What was noticed about all ranges together, one document after the other, so that any number takes no more memory than some. */
async function readObservations(
  objects: AsyncIterable<ManifestObject>,
  lake: Pick<Lake, 'get'>,
): Promise<Observations> {
  const sum = new ObservationsSum();
  const read = concurrently(objects, readsAtOnce, ({ receipt }) => observationsOf(receipt, lake));
  for await (const observations of read) sum.add(observations);
  return sum.total();
}

async function observationsOf(
  { observations: key }: Receipt,
  lake: Pick<Lake, 'get'>,
): Promise<Observations> {
  if (key === undefined) return noObservations;
  const found = await readDocument(observationsSchema, key, lake);
  if (found) return found;
  throw new PermanentError(
    `${key} is not in the lake, and says what is in quarantine and why: start the run over`,
  );
}
