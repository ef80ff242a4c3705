/** Credentials shorter than this are not looked for in base64, where they could be anything. */
const shortestInBase64 = 8;
/** Patterns that are kept, at most: every page is looked through for the same few credentials. */
const mostPatterns = 64;
const patterns = new Map<string, RegExp>();

/**
 * Replaces every credential in `text` by '***': as it is, and as it looks in a URL, a form, JSON or HTML, also where
 * only some of its characters are escaped. One of eight characters or more is found in base64, too, of itself or of
 * something that it is part of.
 */
export function mask(text: string, credentials: readonly string[]): string {
  // Longest first: one can be part of another.
  const longestFirst = [...new Set(credentials)].filter(Boolean).sort((a, b) => b.length - a.length);
  return longestFirst.reduce((masked, credential) => masked.replace(patternOf(credential), '***'), text);
}

/** Names that HTML has for characters that it escapes. */
const entities: Readonly<Record<string, readonly string[]>> = {
  '&': ['&amp;'],
  '<': ['&lt;'],
  '>': ['&gt;'],
  '"': ['&quot;'],
  "'": ['&apos;'],
};

/** Short escapes of JSON, besides \u0000. */
const jsonEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function patternOf(credential: string): RegExp {
  const pattern = patterns.get(credential) ?? new RegExp(inAnyForm(credential).join('|'), 'gu');
  // The ones that were used last are kept: signatures come once.
  patterns.delete(credential);
  patterns.set(credential, pattern);
  const [oldest] = patterns.keys();
  if (patterns.size > mostPatterns && oldest !== undefined) patterns.delete(oldest);
  return pattern;
}

/** Regular expressions for the credential, the longest first where one begins another. */
function inAnyForm(credential: string): string[] {
  const asItIs = escapable(credential);
  return credential.length < shortestInBase64 ? [asItIs] : [asItIs, ...inBase64(Buffer.from(credential))];
}

function escapable(text: string): string {
  return [...text].map((character) => `(?:${formsOf(character).join('|')})`).join('');
}

/**
 * The base64 of the bytes alone, with and without padding, and what is left of it inside the base64 of more: the
 * characters that no byte before or behind decides. Both alphabets.
 */
function inBase64(bytes: Buffer): string[] {
  const encoded = bytes.toString('base64');
  const [unpadded = ''] = encoded.split('=');
  const padding = `(?:(?:=|%3[dD]){${encoded.length - unpadded.length}})?`;
  const inside = [0, 1, 2].map((before) => {
    const shifted = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return shifted.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const source = (text: string) => [...text].map(base64Character).join('');
  return [source(unpadded) + padding, ...inside.map(source)];
}

function base64Character(character: string): string {
  if (character === '+') return `(?:${formsOf('+').join('|')}|-)`;
  return character === '/' ? `(?:${formsOf('/').join('|')}|_)` : character;
}

/** Regular expressions for one character, the longest first where one begins another. */
function formsOf(character: string): string[] {
  const code = character.codePointAt(0) ?? 0;
  const percent = [...Buffer.from(character)].map((byte) => `%${anyCase(hex(byte, 2))}`).join('');
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  const json = units.map((unit) => `\\\\u${anyCase(hex(unit, 4))}`).join('');
  const html = `&#(?:0*${code}|[xX]0*${anyCase(hex(code, 1))});`;
  const short = jsonEscapes[character];
  return [
    percent,
    json,
    html,
    ...(entities[character] ?? []),
    ...(short === undefined ? [] : [literal(short)]),
    ...(character === ' ' ? ['\\+'] : []),
    literal(character),
  ];
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** Escapes are written with small or capital letters. */
function anyCase(digits: string): string {
  return digits.replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
