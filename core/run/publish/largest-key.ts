import { readCurated } from '../curate/curated';
import type { Lake } from '../ports';
import { keyOrder } from '../verify/key-order';
import { type Manifest, manifestObjects } from '../verify/manifest';

/**
 * The largest key of a run's table, as the element of a JSON array that it is; undefined where the key has several columns, there are no rows, or
 * the receipts do not tell. Merged files are in the order of the key; else the receipts of all objects are compared.
 */
export async function largestKey(manifest: Manifest, lake: Pick<Lake, 'get'>): Promise<unknown> {
  const [name, ...others] = manifest.key;
  if (name === undefined || others.length > 0) return undefined;
  const curated = await readCurated(lake, manifest);
  if (curated) return elementOf(curated.files.at(-1)?.lastKey);
  const compare = keyOrder([manifest.columns.find((column) => column.name === name)?.type]);
  let largest: string | undefined;
  for await (const { receipt } of manifestObjects(manifest, lake)) {
    if (receipt.staged === 0) continue;
    const { lastKey } = receipt;
    if (lastKey === undefined) return undefined;
    const order = largest === undefined ? 1 : compare(lastKey, largest);
    if (order === undefined) return undefined;
    if (order > 0) largest = lastKey;
  }
  return elementOf(largest);
}

/** Integers beyond 2^53 as texts, since most readers of JSON round them. */
function elementOf(key: string | undefined): unknown {
  const inner = key?.slice(1, -1);
  if (inner === undefined) return undefined;
  if (/^-?\d+$/.test(inner) && !Number.isSafeInteger(Number(inner))) return inner;
  return JSON.parse(inner);
}
