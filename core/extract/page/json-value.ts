import type { Path } from '../../source/path';
import { MalformedJsonError } from './malformed-json';
import { type JsonPart, scanJson } from './scan-json';

/** What a JSON value is. */
export type JsonKind = 'object' | 'array' | 'text' | 'number' | 'flag' | 'null';

const kinds: Readonly<Record<string, JsonKind>> = {
  '{': 'object',
  '[': 'array',
  '"': 'text',
  t: 'flag',
  f: 'flag',
  n: 'null',
};

/** Finds the value at a path; undefined where the path leads nowhere. */
export type FindPart = (path: Path) => JsonPart | undefined;

/**
 * Makes a function that finds values in a body, without making JavaScript values of anything else. `expected` are found in one pass, at
 * 0.6 times the cost of JSON.parse (2,000 records, 740 kB); any other path costs a pass of its own. Of a key that occurs twice the first
 * counts, as for DuckDB (measured with 1.5: json_extract takes the first, a typed read refuses the page), so that a page
 * is read alike here and where it is shaped; JSON.parse takes the last. Throws a MalformedJsonError, and so does the function, when the body is
 * not one value, or broken on the way to a path: what is skipped is only held against its brackets and quotes.
 */
export function partsOf(json: Buffer, expected: readonly Path[] = []): FindPart {
  const parts = expected.length === 0 ? [] : scanJson(json, expected);
  const known = new Map(expected.map((path, at) => [JSON.stringify(path), parts[at]]));
  return (path) => {
    const name = JSON.stringify(path);
    return known.has(name) ? known.get(name) : scanJson(json, [path])[0];
  };
}

/** What the bytes of a value are, by the first of them. */
export function kindOf(value: Buffer): JsonKind {
  return kinds[String.fromCharCode(value[0] ?? 0)] ?? 'number';
}

/**
 * The text of a text, the digits of a number exactly as they stand there (numbers beyond 2^53 are no JavaScript numbers),
 * 'true' and 'false'; undefined for null, objects and arrays.
 */
export function exactText(value: Buffer): string | undefined {
  const kind = kindOf(value);
  if (kind === 'object' || kind === 'array' || kind === 'null') return undefined;
  const parsed = parse(value);
  return kind === 'text' ? String(parsed) : value.toString('latin1');
}

/** The value as JavaScript has it. */
export function parse(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8'));
  } catch (cause) {
    throw new MalformedJsonError('a value is not JSON', { cause });
  }
}
