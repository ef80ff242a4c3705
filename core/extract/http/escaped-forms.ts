/** Backslashes before an escape of JSON, at most: of five levels, one in another. */
export const backslashes = '\\\\{1,31}';

/** A percent sign, percent-encoded any number of times. */
export const percentSign = '%(?:25)*';

/** Names that HTML has for characters that it escapes. */
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** What follows the backslash in short escapes of JSON. */
const jsonEscapes: Readonly<Record<string, string>> = { '"': '"', '/': '/', '\n': 'n', '\r': 'r', '\t': 't' };

/** Regular expressions for one character other than a backslash, `before` what begins an escape of JSON; the longest first where one begins another. */
export function formsOf(character: string, before = backslashes): string[] {
  const code = character.codePointAt(0) ?? 0;
  const bytes = [...Buffer.from(character)];
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  const name = entities[character];
  const short = jsonEscapes[character];
  return [
    bytes.map((byte) => percentSign + anyCase(hex(byte, 2))).join(''),
    units.map((unit, at) => `${at === 0 ? before : backslashes}u${anyCase(hex(unit, 4))}`).join(''),
    `&#(?:0*${code}|[xX]0*${anyCase(hex(code, 1))});`,
    ...(name === undefined ? [] : [name]),
    ...(short === undefined ? [] : [before + literal(short)]),
    ...(character === ' ' ? ['\\+'] : []),
    literal(character),
  ];
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** A regular expression for digits of an escape, which are written with small or capital letters. */
export function anyCase(digits: string): string {
  return digits.replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
