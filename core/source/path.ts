import { ConfigurationError } from '../errors';

/** One step into a JSON value: a key of an object, or an index of an array counted from 0. */
export type PathSegment = string | number;

/** The way from a JSON value to one inside it; empty for the value itself. */
export type Path = readonly PathSegment[];

const longestPath = 1000;
/** Index of at most six digits: no page holds an array of a million values. */
const indexPattern = /\[(0|[1-9]\d{0,5})\]/y;
const bareKeyPattern = /[^\s.[\]'"\\\p{Cc}\p{Cs}]+/uy;
const doubleQuotedPattern = /\["((?:[^"\\\p{Cc}\p{Cs}]|\\["'\\])+)"\]/uy;
const singleQuotedPattern = /\['((?:[^'\\\p{Cc}\p{Cs}]|\\["'\\])+)'\]/uy;

/** What '[]' is: every element of a list. */
const every = Symbol('every element');

/** A path that cannot be read; says where, and what may stand there. */
export class PathSyntaxError extends ConfigurationError {
  constructor(
    readonly path: string,
    /** Counted from 1. */
    readonly character: number,
    readonly expected: string,
  ) {
    const shown = path.length > 80 ? `${path.slice(0, 80)}…` : path;
    super(`The path ${JSON.stringify(shown)} cannot be read at character ${character}: ${expected}`);
  }
}

/**
 * Reads a path such as `location.coordinates[1]`, `["a.b"].c` or `['x y'][0]`; '' is the value itself.
 * Keys with dots, white space, quotes, brackets or nothing but digits are written in `['…']`, where a backslash stands
 * before a quote or another backslash. Throws PathSyntaxError. The keys '' and '*' are refused because
 * DuckDB cannot address them: `$.""` is an error there and `$."*"` a wildcard (1.5.5).
 */
export function parsePath(text: string): Path {
  const path: PathSegment[] = [];
  for (const step of steps(text)) {
    if (step.segment === every) throw unreadableBracket(text, step.end - 2);
    path.push(step.segment);
  }
  return path;
}

/** A path that leads into the elements of a list, in its two halves. */
export interface ElementPath {
  /** Of the list. */
  readonly list: Path;
  /** Within an element; empty for the element itself. */
  readonly element: Path;
}

/**
 * Reads a path that may lead into the elements of one list, such as `items[].sku` or `tags[]`: its halves on both sides of
 * `[]`, or undefined where it has none. Throws PathSyntaxError.
 */
export function parseElementPath(text: string): ElementPath | undefined {
  const list: PathSegment[] = [];
  let element: PathSegment[] | undefined;
  for (const { segment, end } of steps(text)) {
    if (segment !== every) (element ?? list).push(segment);
    else if (element === undefined) element = [];
    else throw new PathSyntaxError(text, end - 1, "only one list can be exploded, so '[]' stands there once");
  }
  return element && { list, element };
}

/**
 * The path within the element where `path` begins with the exploded list and `[]`, as `items[].sku` does where `items` is
 * exploded; undefined where it leads elsewhere in the record. Throws PathSyntaxError.
 */
export function elementPath(explode: string, path: string): Path | undefined {
  const halves = parseElementPath(path);
  return halves && samePath(halves.list, parsePath(explode)) ? halves.element : undefined;
}

function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((segment, index) => segment === b[index]);
}

interface Step {
  readonly segment: PathSegment | typeof every;
  readonly end: number;
}

function* steps(text: string): Generator<Step> {
  if (text.length > longestPath)
    throw new PathSyntaxError(text, longestPath + 1, 'a path has at most 1000 characters');
  for (let position = 0; position < text.length; ) {
    const step = readStep(text, position);
    yield step;
    position = step.end;
  }
}

function readStep(text: string, position: number): Step {
  if (text[position] === '[') return readBracket(text, position);
  if (position === 0) return readBareKey(text, 0);
  if (text[position] === '.') return readBareKey(text, position + 1);
  throw new PathSyntaxError(text, position + 1, "expected '.', '[' or the end");
}

function readBracket(text: string, position: number): Step {
  if (text.startsWith('[]', position)) return { segment: every, end: position + 2 };
  const index = matchAt(indexPattern, text, position);
  if (index !== undefined) return { segment: Number(index.captured), end: index.end };
  const quoted = matchAt(doubleQuotedPattern, text, position) ?? matchAt(singleQuotedPattern, text, position);
  if (quoted === undefined || quoted.captured === '*') throw unreadableBracket(text, position);
  return { segment: quoted.captured.replace(/\\(.)/gu, '$1'), end: quoted.end };
}

function unreadableBracket(text: string, position: number): PathSyntaxError {
  return new PathSyntaxError(text, position + 1, "expected an index from [0] to [999999] or a key as ['…']");
}

function readBareKey(text: string, position: number): Step {
  const found = matchAt(bareKeyPattern, text, position);
  if (found === undefined) throw new PathSyntaxError(text, position + 1, 'expected a key');
  const key = found.captured;
  if (key === '*') throw new PathSyntaxError(text, position + 1, "wildcards are not allowed, so not '*'");
  if (key === '$')
    throw new PathSyntaxError(text, position + 1, "a path begins with its first key: leave out '$'");
  if (isDigits(key))
    throw new PathSyntaxError(text, position + 1, `write [${key}] for an index and ['${key}'] for a key`);
  return { segment: key, end: found.end };
}

function matchAt(pattern: RegExp, text: string, position: number) {
  pattern.lastIndex = position;
  const match = pattern.exec(text);
  return match === null ? undefined : { captured: match[1] ?? match[0], end: pattern.lastIndex };
}

/** Writes a path so that parsePath reads it back, quoting only the keys that need it. */
export function formatPath(path: Path): string {
  let text = '';
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else if (isBareKey(segment)) text += text === '' ? segment : `.${segment}`;
    else text += `['${segment.replace(/['\\]/g, '\\$&')}']`;
  }
  return text;
}

function isBareKey(key: string): boolean {
  return /^[^\s.[\]'"\\\p{Cc}\p{Cs}]+$/u.test(key) && key !== '*' && key !== '$' && !isDigits(key);
}

function isDigits(key: string): boolean {
  return /^\d+$/.test(key);
}

/** Writes a path as DuckDB's JSON functions take it: `$."location"."coordinates"[1]`. */
export function toJsonPath(path: Path): string {
  const steps = path.map((segment) =>
    typeof segment === 'number' ? `[${segment}]` : `."${segment.replace(/["\\]/g, '\\$&')}"`,
  );
  return `$${steps.join('')}`;
}

/**
 * Follows a path into a parsed JSON value; undefined where it leads nowhere.
 * As in DuckDB, a key never reaches into an array nor an index into an object; inherited properties do not count.
 */
export function readPath(value: unknown, path: Path): unknown {
  let current = value;
  for (const segment of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    if (Array.isArray(current) !== (typeof segment === 'number')) return undefined;
    current = Object.getOwnPropertyDescriptor(current, segment)?.value;
  }
  return current;
}
