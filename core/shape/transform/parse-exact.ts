import { randomUUID } from 'node:crypto';
import type { SourceValue } from '../../source/source';
import { isLossy } from '../lossy-numbers';

/** Sure to match where a number may need more than JSON.parse: 16 digits, or an exponent of three. Also matches in strings, which costs time only. */
const suspicious = /[\d.]{16}|\d[eE][+-]?\d{3}/;
/** A number of RFC 8259, section 6. */
const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Decimal digits that a double keeps for certain (IEEE 754, binary64), while it is not subnormal. */
export const certainDigits = 15;
/** No column holds a longer number, and arithmetic with one could take minutes. */
const longestNumber = 1000;

/** Stands before the digits of an integer beyond 2^53 while JSON.parse has it; nobody outside of this process knows it. */
const mark = `${randomUUID()}:`;

/**
 * Parses one JSON value so that no number is altered: integers beyond 2^53 are bigints; what has a point or an exponent is a text where a
 * double would say something else, and so are numbers of more than 1,000 characters. Everything else is what JSON.parse
 * makes of it: of a key that occurs twice the last value counts. Throws a SyntaxError.
 */
export function parseExact(text: string): SourceValue {
  if (!suspicious.test(text)) return JSON.parse(text);
  const { quoted, marks } = quoteInexact(text);
  const value: SourceValue = JSON.parse(quoted);
  return marks ? unmarked(value) : value;
}

/** The text with quotes around every number that a double would not keep. What is malformed stays so. */
function quoteInexact(text: string): { readonly quoted: string; readonly marks: boolean } {
  let quoted = '';
  let copied = 0;
  let marks = false;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = endOfString(text, at);
    else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      numberPattern.lastIndex = at;
      const [number = text.charAt(at)] = numberPattern.exec(text) ?? [];
      const kept = keptBy(number);
      if (kept !== 'number') {
        quoted += `${text.slice(copied, at)}"${kept === 'bigint' ? mark : ''}${number}"`;
        copied = at + number.length;
        marks ||= kept === 'bigint';
      }
      at += number.length;
    } else at += 1;
  }
  return { quoted: quoted + text.slice(copied), marks };
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
  }
  return text.length;
}

/** What holds a number with all its digits. */
function keptBy(number: string): 'number' | 'bigint' | 'text' {
  if (number.length <= certainDigits && !/[eE]/.test(number)) return 'number';
  if (number.length > longestNumber) return 'text';
  const value = Number(number);
  if (/^-?\d*$/.test(number)) return Number.isSafeInteger(value) ? 'number' : 'bigint';
  return isLossy(number) || !isCertain(value) ? 'text' : 'number';
}

/** A whole number beyond 2^53 is one that writeRecord knows to be what the source sent. */
function isCertain(value: number): boolean {
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER || Number(value.toPrecision(certainDigits)) === value;
}

/** A copy with the marked integers as bigints. Object.fromEntries makes '__proto__' a property like any other. */
function unmarked(value: SourceValue): SourceValue {
  if (typeof value === 'string') return value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(unmarked);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, unmarked(inner)]));
}
