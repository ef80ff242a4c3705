import type { Path } from '../source/path';
import { canonicalText, isObject, type Json, scalarText } from './json-tree';
import { type Reply, recordsOf } from './look';

/** How a second page stands to the first. */
export type Comparison =
  /** `again` of its records were on the first page, too; fewer than half. `overlapsByOne`: its first is the first page's last. */
  | {
      readonly type: 'other';
      readonly records: readonly Json[];
      readonly again: number;
      readonly overlapsByOne: boolean;
    }
  | { readonly type: 'same' }
  | { readonly type: 'empty' }
  /** Not a page like the first. */
  | { readonly type: 'no-page'; readonly reason: string }
  | { readonly type: 'unasked' };

/** Holds the answer to a question against the records of the first page. */
export function comparePages(first: readonly Json[], reply: Reply, path: Path): Comparison {
  if (reply.type === 'unasked') return { type: 'unasked' };
  if (reply.type === 'refused') return { type: 'no-page', reason: reply.reason };
  const records = recordsOf(reply.look, path);
  if (records === undefined) return { type: 'no-page', reason: 'holds no records in that place' };
  if (records.length === 0) return { type: 'empty' };
  if (!isAlike(first, records)) return { type: 'no-page', reason: 'holds records of another shape' };
  const identify = identityOf(first);
  const seen = new Set(first.map(identify));
  const again = records.filter((record) => seen.has(identify(record))).length;
  if (again * 2 >= records.length && !(again === 1 && records.length <= 2 && first.length > 1))
    return { type: 'same' };
  const [begin, end] = [records[0], first.at(-1)];
  const overlapsByOne =
    again === 1 && begin !== undefined && end !== undefined && identify(begin) === identify(end);
  return { type: 'other', records, again, overlapsByOne };
}

/** Names of fields that say which record it is, the surest first. */
export const identifyingFields = [
  'id',
  '_id',
  'uuid',
  'guid',
  'key',
  'ID',
  'Id',
  'code',
  'number',
  'slug',
  'sku',
];

/** Tells records apart by the field that does so on the first page, so that a counter in a record does not make it another one. */
function identityOf(records: readonly Json[]): (record: Json) => string {
  const field = identifyingFields.find((name) => isUnique(records, name));
  return (record) => {
    const value = field !== undefined && isObject(record) ? scalarText(record.get(field)) : undefined;
    return value ?? canonicalText(record);
  };
}

/** Whether every record has a value of its own in a field. */
export function isUnique(records: readonly Json[], field: string): boolean {
  const values = records.map((record) => (isObject(record) ? scalarText(record.get(field)) : undefined));
  return !values.includes(undefined) && new Set(values).size === records.length;
}

function isAlike(first: readonly Json[], second: readonly Json[]): boolean {
  const known = namesIn(first);
  const names = [...namesIn(second)];
  return names.length > 0 && names.filter((name) => known.has(name)).length * 2 >= names.length;
}

function namesIn(records: readonly Json[]): Set<string> {
  return new Set(records.slice(0, 20).flatMap((record) => (isObject(record) ? [...record.keys()] : [])));
}
