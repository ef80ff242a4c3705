import { decodings } from './decodings';
import { writtenForms } from './written-forms';

/** Credentials whose patterns are kept, at most: every page is looked through for the same few credentials. */
const mostPatterns = 64;
const patterns = new Map<string, readonly RegExp[]>();

/** From where to where in a text. */
type Span = readonly [from: number, to: number];

/**
 * Replaces every credential in `text` by '***': as it is, and as it looks in a URL, a form, JSON or HTML, one in another too (JSON
 * in a JSON string, a URL in a URL), also where only some of its characters are escaped. One of eight characters or more is found in
 * base64 and in hexadecimal digits, too, of itself or of something that it is part of.
 */
export function mask(text: string, credentials: readonly string[]): string {
  const looked = [...new Set(credentials)].filter(Boolean).flatMap(patternsOf);
  if (looked.length === 0) return text;
  const spans = decodings(text).flatMap(({ text: decoded, origin }) =>
    looked.flatMap((pattern) =>
      findAll(decoded, pattern).map(([from, to]): Span => [origin(from), origin(to)]),
    ),
  );
  return spans.length === 0 ? text : replaceAll(text, spans);
}

/** As matchAll does, which makes a copy of the pattern each time: many times slower for large ones. */
function findAll(text: string, pattern: RegExp): Span[] {
  const spans: Span[] = [];
  pattern.lastIndex = 0;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    spans.push([found.index, found.index + found[0].length]);
  }
  return spans;
}

/** Where spans overlap they are replaced as one. */
function replaceAll(text: string, spans: Span[]): string {
  spans.sort(([a], [b]) => a - b);
  const parts: string[] = [];
  let done = 0;
  for (const [from, to] of spans) {
    if (from >= done) parts.push(text.slice(done, from), '***');
    done = Math.max(done, to);
  }
  return parts.join('') + text.slice(done);
}

function patternsOf(credential: string): readonly RegExp[] {
  const found = patterns.get(credential) ?? writtenForms(credential).map((form) => new RegExp(form, 'gu'));
  // The ones that were used last are kept: signatures come once.
  patterns.delete(credential);
  patterns.set(credential, found);
  const [oldest] = patterns.keys();
  if (patterns.size > mostPatterns && oldest !== undefined) patterns.delete(oldest);
  return found;
}
