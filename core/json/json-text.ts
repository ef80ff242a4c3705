import type { Path } from '../source/path';
import * as bytes from './json-bytes';

/** Their own names here: where modules are not bundled, an imported name is looked up anew for each byte, which costs 16 times as much. */
const { backslash, closeBrace, closeBracket, comma, openBrace, openBracket, quote } = bytes;

/** Where a JSON value stands in a buffer: its first byte and the one after its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Position of the next byte that is not JSON's white space; the buffer's length when there is none. */
export function skipWhiteSpace(json: Buffer, position: number): number {
  let at = position;
  while (json[at] === 0x20 || json[at] === 0x0a || json[at] === 0x0d || json[at] === 0x09) at += 1;
  return at;
}

/**
 * End of the value that begins at `start`; undefined where the buffer ends before it does. Only brackets and strings are followed:
 * whether the value is well-formed, JSON.parse must say.
 */
export function endOfValue(json: Buffer, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === quote) {
      const end = endOfString(json, at);
      if (end === undefined) return undefined;
      at = end - 1;
    } else if (byte === openBrace || byte === openBracket) depth += 1;
    else if (byte === closeBrace || byte === closeBracket) depth -= 1;
    else if (depth > 0) continue;
    else return endOfWord(json, at);
    if (depth <= 0) return at + 1;
  }
  return undefined;
}

function endOfString(json: Buffer, start: number): number | undefined {
  for (let at = start + 1; at < json.length; at += 1) {
    if (json[at] === backslash) at += 1;
    else if (json[at] === quote) return at + 1;
  }
  return undefined;
}

/** A number, true, false or null; at the end of the buffer it may go on, but there it is the last one anyway. */
function endOfWord(json: Buffer, start: number): number {
  let at = start;
  while (at < json.length && !endsWord(json[at])) at += 1;
  return Math.max(at, start + 1);
}

/** Control characters end a word too: none may follow it but white space. */
function endsWord(byte: number | undefined): boolean {
  return byte === undefined || byte <= 0x20 || byte === comma || byte === closeBracket || byte === closeBrace;
}

/**
 * Finds where the value at a path begins, in a buffer that holds well-formed JSON and nothing else; of a key that occurs twice the
 * first, as DuckDB does.
 */
export function locate(json: Buffer, path: Path): number | undefined {
  let found: number | undefined = skipWhiteSpace(json, 0);
  for (const segment of path) {
    if (found === undefined) return undefined;
    found = typeof segment === 'number' ? element(json, found, segment) : member(json, found, segment);
  }
  return found;
}

/** The values of the array that begins at `start`, in order; none where no array begins there. */
export function* elements(json: Buffer, start: number): Generator<Span> {
  if (json[start] !== openBracket) return;
  let at = skipWhiteSpace(json, start + 1);
  while (at < json.length && json[at] !== closeBracket) {
    const value = spanAt(json, at);
    yield value;
    at = afterComma(json, value.end);
  }
}

/** A member of a JSON object: its key as it reads, and where its value begins. */
export interface Member {
  readonly key: string;
  readonly start: number;
}

/** The members of the object that begins at `start`, in order, those of one key as often as it occurs; none where no object begins there. */
export function* members(json: Buffer, start: number): Generator<Member> {
  if (json[start] !== openBrace) return;
  let at = skipWhiteSpace(json, start + 1);
  while (at < json.length && json[at] !== closeBrace) {
    const key = spanAt(json, at);
    const start = skipWhiteSpace(json, skipWhiteSpace(json, key.end) + 1);
    yield { key: keyOf(json, key), start };
    // Only who goes on needs to know where the value ends
    at = afterComma(json, spanAt(json, start).end);
  }
}

/** Most keys escape nothing, and reading them as JSON would cost three times as much. */
function keyOf(json: Buffer, { start, end }: Span): string {
  const text = json.toString('utf8', start, end);
  return text.includes('\\') ? JSON.parse(text) : text.slice(1, -1);
}

function element(json: Buffer, start: number, index: number): number | undefined {
  let position = 0;
  for (const value of elements(json, start)) if (position++ === index) return value.start;
  return undefined;
}

function member(json: Buffer, start: number, name: string): number | undefined {
  for (const found of members(json, start)) if (found.key === name) return found.start;
  return undefined;
}

function spanAt(json: Buffer, position: number): Span {
  const start = skipWhiteSpace(json, position);
  return { start, end: endOfValue(json, start) ?? json.length };
}

function afterComma(json: Buffer, position: number): number {
  const at = skipWhiteSpace(json, position);
  return json[at] === comma ? skipWhiteSpace(json, at + 1) : at;
}
