import { PermanentError } from '../errors';
import type { Plan } from '../plan/plan';
import { noObservations, ObservationsSum } from '../shape/merge-observations';
import { type Observations, observationsSchema } from '../shape/observations';
import { concurrently } from './concurrently';
import { parseDocument } from './document';
import { manifestKey, stagePrefix } from './keys';
import { type Manifest, type ManifestObject, manifestSchema } from './manifest';
import { receiptOf } from './next-sequences';
import type { Lake, ListedObject } from './ports';
import { rangeOfKey } from './present-ranges';
import type { Receipt } from './receipt';
import type { Unrolled } from './unroll';
import { verify } from './verify';

export interface VerifyServices {
  readonly lake: Lake;
  /** Tells in one sentence which keys came more than once; undefined where each came once. */
  findRepeatedKeys(plan: Plan, objects: readonly ManifestObject[]): Promise<string | undefined>;
}

/** Requests under way at once. */
const looksAtOnce = 50;

/**
 * The manifest of a run whose ranges all exist, as `unrolled` knows them: written by whoever verifies first, and read by
 * everyone else.
 */
export async function verifyOnce(
  plan: Plan,
  unrolled: Pick<Unrolled, 'ranges' | 'pages'>,
  { lake, findRepeatedKeys }: VerifyServices,
): Promise<Manifest> {
  const key = manifestKey(plan);
  const existing = await readManifest(lake, key);
  if (existing) return existing;
  const objects: ManifestObject[] = [];
  const looks = concurrently(rangeObjects(plan, lake), looksAtOnce, (listed) => look(listed, lake));
  for await (const object of looks) objects.push(object);
  const observations = await readObservations(objects, lake);
  const repeatedKeys = await findRepeatedKeys(plan, objects);
  const manifest = verify(plan, unrolled, objects, { observations, repeatedKeys });
  await lake.putIfAbsent(key, JSON.stringify(manifest), { contentType: 'application/json' });
  return (await readManifest(lake, key)) ?? manifest;
}

/** A run's manifest, if it has been verified. */
export async function readManifest(lake: Pick<Lake, 'get'>, key: string): Promise<Manifest | undefined> {
  const found = await lake.get(key);
  return found && parseDocument(manifestSchema, found.text, key);
}

/** What was noticed about all ranges together, one document after the other, so that any number takes no more memory than some. */
async function readObservations(
  objects: readonly ManifestObject[],
  lake: Pick<Lake, 'get'>,
): Promise<Observations> {
  const sum = new ObservationsSum();
  const filled = objects.filter(({ receipt }) => receipt.received > 0);
  const read = concurrently(filled, looksAtOnce, ({ receipt }) => observationsOf(receipt, lake));
  for await (const observations of read) sum.add(observations);
  return sum.total();
}

async function observationsOf(
  { observations: key }: Receipt,
  lake: Pick<Lake, 'get'>,
): Promise<Observations> {
  if (key === undefined) return noObservations;
  const found = await lake.get(key);
  if (found) return parseDocument(observationsSchema, found.text, key);
  throw new PermanentError(
    `${key} is not in the lake, and says what is in quarantine and why: start the run over`,
  );
}

async function* rangeObjects(plan: Plan, lake: Lake): AsyncGenerator<ListedObject> {
  const prefix = stagePrefix(plan);
  for await (const listed of lake.list(prefix))
    if (rangeOfKey(prefix, listed.key, [plan.extension])) yield listed;
}

async function look({ key }: ListedObject, lake: Lake): Promise<ManifestObject> {
  const head = await lake.head(key);
  if (!head) throw new PermanentError(`${key} was removed from the lake while the run was verified`);
  return { key, bytes: head.bytes, etag: head.etag, receipt: receiptOf(head) };
}
