import type { Plan } from '../../plan/plan';
import { concurrently } from '../../run/concurrently';
import { stagePrefix } from '../../run/keys';
import { rangeOfKey } from '../../run/missing/present-ranges';
import type { Lake, ListedObject } from '../../run/ports';
import { fromMetadata } from '../../run/range/receipt';
import type { ManifestObject } from '../../run/verify/manifest';
import type { ReportedObject } from './verified-objects';

/** Objects that are looked at, at most: of a run that did not end, the first ones show what it was like. */
export const mostLooked = 10_000;
const looksAtOnce = 50;

/** The stage objects of a run that has no manifest, by what they say of themselves. */
export async function* unverifiedObjects(
  plan: Plan,
  lake: Pick<Lake, 'list' | 'head'>,
): AsyncGenerator<ReportedObject> {
  for await (const object of concurrently(first(plan, lake), looksAtOnce, (listed) => look(listed, lake))) {
    if (object !== undefined) yield { object, isReplaced: false };
  }
}

async function* first(plan: Plan, lake: Pick<Lake, 'list'>): AsyncGenerator<ListedObject> {
  const prefix = stagePrefix(plan);
  let listed = 0;
  for await (const object of lake.list(prefix)) {
    if (rangeOfKey(prefix, object.key, [plan.extension]) === undefined) continue;
    yield object;
    listed++;
    if (listed === mostLooked) return;
  }
}

async function look(
  { key, bytes, etag }: ListedObject,
  lake: Pick<Lake, 'head'>,
): Promise<ManifestObject | undefined> {
  const head = await lake.head(key);
  const receipt = head && fromMetadata(head.metadata);
  return receipt && { key, bytes, etag, receipt };
}
