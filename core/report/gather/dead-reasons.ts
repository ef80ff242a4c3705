import { PermanentError } from '../../errors';
import type { Plan } from '../../plan/plan';
import { concurrently } from '../../run/concurrently';
import { type DeadRange, deadRangeSchema } from '../../run/dead/dead-range';
import { commonReason, reasonKey } from '../../run/dead/reason-pattern';
import { parseDocument } from '../../run/document';
import { deadPrefix, stageKey } from '../../run/keys';
import type { Lake } from '../../run/ports';

/** Ranges whose messages went to the DLQ for one reason. */
export interface DeadReason {
  /** Name of the error's class. */
  readonly error: string;
  readonly failure: DeadRange['failure'];
  readonly status?: number | undefined;
  /** What was said of them, as far as it is the same; '#' stands for what differs. */
  readonly reason: string;
  readonly ranges: number;
  /** Of those, the ones that are still missing; the others came later. */
  readonly missing: number;
  readonly example: Pick<DeadRange, 'slice' | 'index' | 'look' | 'at'>;
}

export interface DeadReasons {
  /** The one with the most ranges first. */
  readonly reasons: readonly DeadReason[];
  /** Documents that there are. */
  readonly ranges: number;
  /** Of those, the ones that were read. */
  readonly read: number;
}

/** Documents read at most: a run that is dead everywhere is so for few reasons. */
const mostRead = 1000;
/** Reasons shown at most. */
const mostReasons = 20;
const readsAtOnce = 32;

/** Why ranges of a run, and of its looks, went to the DLQ, and whether they came after all. */
export async function deadReasons(
  plan: Plan,
  lake: Pick<Lake, 'list' | 'get' | 'head'>,
): Promise<DeadReasons> {
  let ranges = 0;
  const some: string[] = [];
  for await (const { key } of lake.list(deadPrefix(plan))) {
    ranges++;
    if (some.length < mostRead) some.push(key);
  }
  const groups = new Map<string, Group>();
  for await (const dead of concurrently(some, readsAtOnce, (key) => readDead(key, plan, lake))) {
    if (dead !== undefined) addTo(groups, dead);
  }
  const reasons = [...groups.values()]
    .map(({ dead, ...group }) => ({ ...group, reason: commonReason(dead) }))
    .sort((a, b) => b.missing - a.missing || b.ranges - a.ranges);
  return { reasons: reasons.slice(0, mostReasons), ranges, read: some.length };
}

type Group = { -readonly [Name in keyof Omit<DeadReason, 'reason'>]: DeadReason[Name] } & {
  dead: DeadRange[];
};

interface Dead {
  readonly document: DeadRange;
  readonly isMissing: boolean;
}

function addTo(groups: Map<string, Group>, { document, isMissing }: Dead): void {
  const { error, failure, status, slice, index, look, at } = document;
  const key = JSON.stringify([error, failure, status, reasonKey(document)]);
  const example = { slice, index, look, at };
  const group = groups.get(key) ?? {
    ...{ error, failure, status, ranges: 0, missing: 0, example },
    dead: [],
  };
  groups.set(key, group);
  group.dead.push(document);
  group.ranges++;
  if (isMissing) group.missing++;
}

async function readDead(
  key: string,
  plan: Plan,
  lake: Pick<Lake, 'get' | 'head'>,
): Promise<Dead | undefined> {
  const found = await lake.get(key);
  if (!found) return undefined; // taken away since the listing
  const document = readable(found.text, key);
  if (document === undefined) return undefined;
  const { slice, index, look } = document;
  const object = await lake.head(stageKey({ ...plan, look }, { slice, index }));
  return { document, isMissing: object === undefined };
}

/** A report is drawn though one document is not what it should be. */
function readable(text: string, key: string): DeadRange | undefined {
  try {
    return parseDocument(deadRangeSchema, text, key);
  } catch (error) {
    if (error instanceof PermanentError) return undefined;
    throw error;
  }
}
