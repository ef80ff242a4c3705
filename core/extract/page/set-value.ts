import { ConfigurationError } from '../../errors';
import { formatPath, type Path } from '../../source/path';
import type { JsonObject, JsonValue } from '../../source/source';

/**
 * A copy of a JSON value with `leaf` at `path`; objects and arrays that the path needs are made. Throws a
 * ConfigurationError where something else is in the way.
 */
export function setValue(value: JsonValue | undefined, path: Path, leaf: JsonValue): JsonValue {
  return setBelow(value, path, 0, leaf);
}

function setBelow(value: JsonValue | undefined, path: Path, depth: number, leaf: JsonValue): JsonValue {
  const segment = path[depth];
  if (segment === undefined) return leaf;
  if (typeof segment === 'number') {
    const list = value ?? [];
    if (!isList(list)) throw inTheWay(path, depth, 'an array');
    const before = Array.from({ length: Math.max(list.length, segment + 1) }, (_, at) => list[at] ?? null);
    return before.with(segment, setBelow(list[segment], path, depth + 1, leaf));
  }
  const object = value ?? {};
  if (!isObject(object)) throw inTheWay(path, depth, 'an object');
  const inner = Object.hasOwn(object, segment) ? object[segment] : undefined;
  return { ...object, [segment]: setBelow(inner, path, depth + 1, leaf) };
}

function inTheWay(path: Path, depth: number, needed: string): ConfigurationError {
  const place = depth === 0 ? 'the body' : `'${formatPath(path.slice(0, depth))}'`;
  return new ConfigurationError(
    `'${formatPath(path)}' cannot be set in the request's body, since ${place} is not ${needed}: correct the pagination's parameter or request.body`,
  );
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
