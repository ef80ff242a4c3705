import type { ColumnType } from '../source/column';
import { type Inferred, inferScalar } from './infer-scalar';
import { isList, isObject, type Json, type JsonObject } from './json-tree';
import { isDate, isUuid } from './text-patterns';

/** Keys that are found in no more than this share of the objects, and at least so many, are data rather than fields. */
const mapKeys = 8;
const mapShare = 0.5;

/**
 * The type of a field by all its values, which are neither null nor missing; undefined for objects whose fields
 * should be columns of their own.
 */
export function inferType(name: string, values: readonly Json[]): Inferred<ColumnType> | undefined {
  const said = values.filter((value) => typeof value !== 'string' || value.trim() !== '');
  if (said.length === 0) return { type: { type: 'varchar' }, check: `always '' in ${values.length} values` };
  if (said.every(isObject)) return isMap(said) ? ofMap(said) : undefined;
  if (said.every(isList)) return ofLists(name, said);
  if (said.some((value) => isObject(value) || isList(value)))
    return { type: { type: 'json' }, check: 'values of several kinds, such as an object and a text' };
  return inferScalar(name, said);
}

/** Whether the keys of these objects are data: days, numbers, UUIDs, or too many that come and go. */
function isMap(objects: readonly JsonObject[]): boolean {
  const counts = new Map<string, number>();
  for (const object of objects) for (const key of object.keys()) counts.set(key, (counts.get(key) ?? 0) + 1);
  const keys = [...counts.keys()];
  if (keys.length === 0) return false;
  if (keys.every((key) => /^-?\d+$/.test(key) || isDate(key) || isUuid(key.toLowerCase()))) return true;
  const mean = [...counts.values()].reduce((sum, count) => sum + count, 0) / keys.length;
  return keys.length >= mapKeys && objects.length > 1 && mean / objects.length < mapShare;
}

function ofMap(objects: readonly JsonObject[]): Inferred<ColumnType> {
  const values = objects.flatMap((object) => [...object.values()]);
  const of = ofElements('', values);
  return {
    type: of === undefined ? { type: 'json' } : { type: 'map', of: { columnType: of, options: {} } },
    check: 'keys taken for data',
  };
}

function ofLists(name: string, lists: readonly (readonly Json[])[]): Inferred<ColumnType> {
  const elements = lists.flat();
  if (elements.length === 0)
    return { type: { type: 'json' }, check: `always an empty list in ${lists.length} values` };
  const of = ofElements(name, elements);
  return {
    type: of === undefined ? { type: 'json' } : { type: 'list', of: { columnType: of, options: {} } },
  };
}

/** The type of all elements, if it is one that nobody needs to check: a text that is empty would be none in another type. */
function ofElements(name: string, elements: readonly Json[]): ColumnType | undefined {
  const said = elements.filter((element) => element !== null);
  if (said.length === 0 || said.some((element) => isObject(element) || isList(element))) return undefined;
  if (said.some((element) => typeof element === 'string' && element.trim() === ''))
    return said.every((element) => typeof element === 'string') ? { type: 'varchar' } : undefined;
  const { type, check } = inferScalar(name, said);
  if (check === undefined) return type;
  return said.every((element) => typeof element === 'string') ? { type: 'varchar' } : undefined;
}
