import { formatPath, type PathSegment } from '../../source/path';
import { certainDigits } from './parse-exact';

/** A value that JSON would alter, or cannot hold; the message is a sentence about 'it'. */
export class UnwritableError extends Error {}

/**
 * Writes what a transform returned as the JSON of one record; bigints become bare integers, and what is undefined is left out of
 * objects and null in arrays, as in JSON.stringify. Throws an UnwritableError for what is no plain object, or holds what JSON
 * would alter: dates, class instances, functions, NaN, whole numbers of which JavaScript may have lost digits.
 */
export function writeRecord(record: unknown): string {
  if (!isObject(record) || Array.isArray(record)) throw new UnwritableError(`it returned ${kindOf(record)}`);
  try {
    // The quick look spares two thirds of the slow one, which knows what is wrong and where
    return isPlainData(record) || !holdsBigint(record, []) ? JSON.stringify(record) : withBigints(record);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UnwritableError('what it returned is nested too deeply, or holds itself');
  }
}

/** Whether JSON.stringify writes a value as it is. */
function isPlainData(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return true;
    case 'number':
      return Math.abs(value) <= Number.MAX_SAFE_INTEGER || isRoundNumber(value);
    case 'object':
      if (value === null) return true;
      if (Array.isArray(value)) return value.every(isPlainData);
      return isObject(value) && Object.keys(value).every((name) => isPlainData(value[name]));
    default:
      return false;
  }
}

/**
 * Whether a number beyond 2^53 is finite and written with at most 15 digits, which a double keeps: 1e20, and whatever parseExact
 * gives as a number. 2 ** 60 would be written with other digits than it has.
 */
function isRoundNumber(value: number): boolean {
  return Number.isFinite(value) && Number(value.toPrecision(certainDigits)) === value;
}

/** Looks at everything in a value, which stands at `path`; throws an UnwritableError for what JSON would alter. */
function holdsBigint(value: unknown, path: PathSegment[]): boolean {
  if (typeof value === 'bigint') return true;
  if (isScalar(value)) return false;
  if (!isObject(value)) throw misplaced(value, path);
  let found = false;
  const entries: Iterable<[PathSegment, unknown]> = Array.isArray(value)
    ? value.entries()
    : Object.entries(value);
  for (const [segment, inner] of entries) {
    path.push(segment);
    if (holdsBigint(inner, path)) found = true;
    path.pop();
  }
  return found;
}

function isScalar(value: unknown): boolean {
  return (typeof value !== 'object' || value === null) && isPlainData(value);
}

/** An array, or an object without a class; by the length of its prototype chain, since each realm has an Object of its own. */
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

function misplaced(value: unknown, path: readonly PathSegment[]): UnwritableError {
  const where = path.length === 0 ? 'what it returned' : `'${formatPath(path).slice(0, 100)}'`;
  return new UnwritableError(`${where} is ${kindOf(value)}`);
}

/** What a value is and, where that helps, what to return instead. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array in an array';
  if (typeof value === 'number' && !Number.isFinite(value))
    return `${value}, which JSON has not: return null`;
  if (typeof value === 'number' && !isPlainData(value))
    return 'a whole number beyond 2^53, of which JavaScript does not keep all digits: return it as a bigint or a text';
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (isThenable(value)) return 'a promise: a transform cannot wait';
  const name: unknown = value.constructor?.name;
  const kind =
    typeof name === 'string' && /^\w{1,50}$/.test(name) ? `an instance of ${name}` : 'no plain object';
  return name === 'Date' ? `${kind}: return its toISOString()` : `${kind}: return a plain object`;
}

/** Also sees to it that a rejected promise, which nobody waits for, does not end the process. */
function isThenable(value: object): boolean {
  if (!(value instanceof Promise)) return 'then' in value && typeof value.then === 'function';
  value.catch(() => {});
  return true;
}

/** JSON.stringify refuses bigints. */
function withBigints(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${Array.from(value, (one) => withBigints(one ?? null)).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([name, inner]) => `${JSON.stringify(name)}:${withBigints(inner)}`);
  return `{${members.join(',')}}`;
}
