/**
 * Replaces every credential in `text` by '***': as it is, and as it looks in a URL, a form, JSON or HTML, also where
 * only some of its characters are escaped.
 */
export function mask(text: string, credentials: readonly string[]): string {
  // Longest first: one can be part of another.
  const longestFirst = [...new Set(credentials)].filter(Boolean).sort((a, b) => b.length - a.length);
  return longestFirst.reduce((masked, credential) => masked.replace(inAnyForm(credential), '***'), text);
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

function inAnyForm(credential: string): RegExp {
  const source = [...credential].map((character) => `(?:${formsOf(character).join('|')})`).join('');
  return new RegExp(source, 'gu');
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
