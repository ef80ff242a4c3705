import { anyCase, formsOf, percentSign } from './escaped-forms';

/** Regular expressions for a credential in base64 and hexadecimal digits: as it is, escaped before, or encoded so twice. */
export function encodedForms(credential: string): readonly string[] {
  const bytes = Buffer.from(credential);
  const texts = [
    credential,
    escaped(credential),
    new URLSearchParams([['', credential]]).toString().slice(1),
    JSON.stringify(credential).slice(1, -1),
    ...(['base64', 'base64url', 'hex'] as const).map((encoding) => bytes.toString(encoding)),
    bytes.toString('hex').toUpperCase(),
  ];
  const longestFirst = [...new Set(texts)]
    .map((text) => Buffer.from(text))
    .sort((a, b) => b.length - a.length);
  return [
    longestFirst.map(inBase64).join('|'),
    longestFirst.flatMap(insideBase64).join('|'),
    longestFirst.map((one) => anyCase(one.toString('hex'))).join('|'),
  ];
}

/** As in a URL; half of a character that takes two UTF-16 units cannot be in one. */
function escaped(credential: string): string {
  return encodeURIComponent(credential.replace(/\p{Cs}/gu, '\ufffd'));
}

/** The base64 of the bytes alone, with and without padding. Both alphabets. */
function inBase64(bytes: Buffer): string {
  const text = bytes.toString('base64');
  const [unpadded = ''] = text.split('=');
  return `${base64Characters(unpadded)}(?:(?:=|${percentSign}3[dD]){${text.length - unpadded.length}})?`;
}

/** What is left of the bytes inside the base64 of more: the characters that no byte before or behind decides. */
function insideBase64(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const shifted = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const inside = shifted.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return base64Characters(inside);
  });
}

function base64Characters(text: string): string {
  return [...text].map(base64Character).join('');
}

function base64Character(character: string): string {
  if (character === '+') return `(?:${formsOf('+').join('|')}|-)`;
  return character === '/' ? `(?:${formsOf('/').join('|')}|_)` : character;
}
