import {
  backslash,
  closeBrace,
  closeBracket,
  colon,
  comma,
  openBrace,
  openBracket,
  quote,
} from '../../json/json-bytes';
import { endOfValue, skipWhiteSpace } from '../../json/json-text';
import type { Path } from '../../source/path';
import { MalformedJsonError } from './malformed-json';

/** A value inside a body. */
export interface JsonPart {
  /** As it stands there. */
  readonly bytes: Buffer;
  /** What an array holds; undefined for anything else. */
  readonly elements?: { readonly count: number; readonly last: Buffer | undefined };
}

/** A path that is looked for, and what was found. */
interface Search {
  readonly path: Path;
  /** Segments of the path that a key or an index was found for. */
  depth: number;
  part?: JsonPart;
}

/**
 * The values at the paths, each undefined where its path leads nowhere, in one pass over a body. Throws a
 * MalformedJsonError: see partsOf.
 */
export function scanJson(json: Buffer, paths: readonly Path[]): readonly (JsonPart | undefined)[] {
  const searches = paths.map((path): Search => ({ path, depth: 0 }));
  const end = new Scan(json).value(skipWhiteSpace(json, 0), searches, 0);
  if (skipWhiteSpace(json, end) < json.length) throw new MalformedJsonError('more follows its end');
  return searches.map(({ part }) => part);
}

class Scan {
  constructor(readonly json: Buffer) {}

  /** Reads the value at `start`, which all `searches` have come to, by `depth` segments; gives the position after it. */
  value(start: number, searches: readonly Search[], depth: number): number {
    if (searches.length === 0) return this.#endOf(start);
    const deeper = searches.filter(({ path }) => path.length > depth);
    const here = searches.filter(({ path }) => path.length === depth);
    switch (this.json[start]) {
      case openBrace:
        return this.#found(here, start, this.#object(start, deeper, depth));
      case openBracket: {
        const { end, elements } = this.#array(start, deeper, depth);
        return this.#found(here, start, end, elements);
      }
      default:
        return this.#found(here, start, this.#endOf(start));
    }
  }

  #found(here: readonly Search[], start: number, end: number, elements?: JsonPart['elements']): number {
    const bytes = this.json.subarray(start, end);
    for (const search of here) search.part = elements === undefined ? { bytes } : { bytes, elements };
    return end;
  }

  #object(start: number, searches: readonly Search[], depth: number): number {
    if (searches.length === 0) return this.#endOf(start, closeBrace);
    let at = skipWhiteSpace(this.json, start + 1);
    if (this.json[at] === closeBrace) return at + 1;
    for (;;) {
      if (this.json[at] !== quote) throw new MalformedJsonError('a key is no text');
      const keyEnd = this.#endOf(at);
      const key = this.#text(at, keyEnd);
      const mark = skipWhiteSpace(this.json, keyEnd);
      if (this.json[mark] !== colon) throw new MalformedJsonError('a key has no value');
      const end = this.value(
        skipWhiteSpace(this.json, mark + 1),
        this.#enter(searches, depth, key),
        depth + 1,
      );
      const next = this.#next(end, closeBrace);
      if (this.json[next] === closeBrace) return next + 1;
      at = skipWhiteSpace(this.json, next + 1);
    }
  }

  #array(start: number, searches: readonly Search[], depth: number) {
    let count = 0;
    let last: Buffer | undefined;
    let at = skipWhiteSpace(this.json, start + 1);
    if (this.json[at] === closeBracket) return { end: at + 1, elements: { count, last } };
    for (;;) {
      const end = this.value(
        at,
        searches.length === 0 ? searches : this.#enter(searches, depth, count),
        depth + 1,
      );
      count += 1;
      const next = this.#next(end, closeBracket);
      if (this.json[next] === closeBracket) {
        last = this.json.subarray(at, end);
        return { end: next + 1, elements: { count, last } };
      }
      at = skipWhiteSpace(this.json, next + 1);
    }
  }

  /** The searches that go on into a member or element; each once, so that the first of two keys counts. */
  #enter(searches: readonly Search[], depth: number, segment: string | number): readonly Search[] {
    const entering = searches.filter((search) => search.depth === depth && search.path[depth] === segment);
    for (const search of entering) search.depth = depth + 1;
    return entering;
  }

  /** Position of the comma or closing bracket after a value. */
  #next(end: number, close: number): number {
    const at = skipWhiteSpace(this.json, end);
    if (this.json[at] === comma || this.json[at] === close) return at;
    throw new MalformedJsonError(at < this.json.length ? 'a comma is missing' : 'it ends too early');
  }

  #text(start: number, end: number): string {
    const text = this.json.toString('utf8', start + 1, end - 1);
    if (!this.json.subarray(start, end).includes(backslash)) return text;
    try {
      return String(JSON.parse(`"${text}"`));
    } catch (cause) {
      throw new MalformedJsonError('a key is no text', { cause });
    }
  }

  #endOf(start: number, close?: number): number {
    const end = start < this.json.length ? endOfValue(this.json, start) : undefined;
    if (end === undefined) throw new MalformedJsonError('it ends too early');
    if (close !== undefined && this.json[end - 1] !== close)
      throw new MalformedJsonError('brackets do not match');
    return end;
  }
}
