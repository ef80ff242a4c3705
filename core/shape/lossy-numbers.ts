import { closeSync, openSync, readSync } from 'node:fs';
import * as json from '../json/json-bytes';
import type { Span } from '../json/json-text';
import * as scanner from './number-scanner';
import { pageBodies } from './page-bodies';

/** Their own names here: see json-text.ts. */
const { backslash, closeBrace, closeBracket, colon, comma, openBracket, quote } = json;
const { nextSuspect, scanned } = scanner;

/** A number of RFC 8259, section 6: whole digits, fraction and exponent. */
const numberParts = /^-?(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** What JavaScript writes for a double, beside that. */
const writtenParts = /^-?(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/;
/** Significant digits that a double keeps for certain (IEEE 754, binary64), while it is not subnormal. */
const certainDigits = 15;
/** Significant digits of a double's shortest text at most. */
const mostDigits = 17;
/** Powers of ten between which a double is neither subnormal nor infinite. */
const certainPower = 290;

/**
 * Whether a JSON number with a point or an exponent says something else than the double that is nearest to it, as JavaScript and DuckDB write
 * that double; false for integers, of which DuckDB keeps all digits, and for what is no JSON number. Exact, and takes time by the length only.
 */
export function isLossy(text: string): boolean {
  const double = String(Number(text));
  // As most programs write a double
  if (double === text) return false;
  const parts = numberParts.exec(text);
  if (parts === null || (parts[2] === undefined && parts[3] === undefined)) return false;
  const { digits, power } = significant(parts);
  if (digits === '') return false;
  if (digits.length > mostDigits) return true;
  if (digits.length <= certainDigits && Math.abs(power) < certainPower) return false;
  const written = writtenParts.exec(double);
  if (written === null) return true;
  const kept = significant(written);
  return kept.digits !== digits || kept.power !== power;
}

/** A number as 0.digits × 10^power, without zeros that say nothing; no digits for zero. */
function significant([, whole = '', fraction = '', exponent = '0']: readonly (string | undefined)[]) {
  const all = whole + fraction;
  let start = 0;
  while (start < all.length && all.charCodeAt(start) === zero) start += 1;
  let end = all.length;
  while (end > start && all.charCodeAt(end - 1) === zero) end -= 1;
  return { digits: all.slice(start, end), power: whole.length - start + Number(exponent) };
}

const zero = 0x30;

/**
 * Whether a file of page bodies holds a bare number that DuckDB would alter, since it reads those with a point or an exponent through a
 * double (1.5.5), but for those beyond every double, which it keeps. Asked of every file: 28 MB take 6 ms, a hundredth of shaping them, and each number of
 * 16 digits with a point half a microsecond more. Only where something in a string looks like one is all of the file read again.
 */
export async function holdsLossyNumber(path: string): Promise<boolean> {
  const file = openSync(path, 'r');
  try {
    if (!mayHold((at) => readSync(file, scanned, at, pieceBytes, null))) return false;
  } finally {
    closeSync(file);
  }
  for await (const { bytes } of pageBodies(path)) if (!lossyNumbers(bytes).next().done) return true;
  return false;
}

/** Where the bytes of a piece begin. */
const first = 16;
/** Bytes that a piece begins with again, so that a number on its edge is seen whole. */
const overlap = 256;
const pieceBytes = 256 * 1024;

/**
 * Whether bytes may hold a lossy number; `next` puts the next ones, 256 KiB at most, into the scanner's memory at a position, and says how many. In one
 * go, since there is one such memory for all.
 */
function mayHold(next: (at: number) => number): boolean {
  for (let kept = 0, from = 0; ; ) {
    const count = next(first + kept);
    const end = first + kept + count;
    if (mayHoldIn(end, { start: from === kept, end: count === 0 })) return true;
    if (count === 0) return false;
    kept = Math.min(overlap, end - first);
    scanned.copyWithin(first, end - kept, end);
    from += count;
  }
}

/** What a piece is part of: whether all begins and ends with it. */
interface Whole {
  readonly start: boolean;
  readonly end: boolean;
}

/** Whether the piece before `end` may hold a lossy number. One that may go on behind it is left to the next piece, unless it is long. */
function mayHoldIn(end: number, whole: Whole): boolean {
  let seen = first;
  for (let block = nextSuspect(first, end); block >= 0; block = nextSuspect(block + 16, end)) {
    // 16 digits in a row are at its beginning, or at the end of the one before
    let at = (ofNumber[scanned[block] ?? 0] ?? 0) > 0 ? block : block - 1;
    for (; at >= 0 && at < end; at = tinyFrom(Math.max(at + 1, block), block + 16)) {
      if (at < seen) continue;
      let start = at;
      let kinds = 0;
      while (start > first && (ofNumber[scanned[start - 1] ?? 0] ?? 0) > 0) start -= 1;
      for (seen = start; seen < end; seen += 1) {
        const kind = ofNumber[scanned[seen] ?? 0] ?? 0;
        if (kind === 0) break;
        kinds |= kind;
      }
      if (seen === end && !whole.end) {
        if (seen - start > overlap / 2) return true;
      } else if (kinds >= notWhole && isSuspect(start, seen, end, whole)) return true;
    }
  }
  return false;
}

/** Where an exponent of three negative digits or more begins; -1 where none does before `end`. */
function tinyFrom(start: number, end: number): number {
  for (let at = start; at < end; at += 1) {
    if (scanned[at + 1] !== minus) continue;
    const byte = scanned[at];
    if ((byte === letterE || byte === capitalE) && isDigit(scanned[at + 4])) return at;
  }
  return -1;
}

/** Whether the characters of numbers from `start` to before `stop` may be a lossy one. Those at the edge another piece has had. */
function isSuspect(start: number, stop: number, end: number, whole: Whole): boolean {
  if (start === first && !whole.start) return false;
  return mayStandBetween(start, stop, end) && isLossy(scanned.toString('latin1', start, stop));
}

/** Whether what is before and after a text may border a bare number; what is in another piece may. */
function mayStandBetween(start: number, stop: number, end: number): boolean {
  let before = start - 1;
  while (before >= first && isWhite(scanned[before])) before -= 1;
  if (before >= first && !mayStandBefore(scanned[before])) return false;
  let after = stop;
  while (after < end && isWhite(scanned[after])) after += 1;
  return after === end || mayStandAfter(scanned[after]);
}

/** A body in which each bare number that DuckDB would alter is a string, behind `marker`; the body itself where there is none. */
export function markLossyNumbers(body: Buffer, marker: string): Buffer {
  let read = 0;
  const next = (at: number) => {
    const count = body.copy(scanned, at, read, read + pieceBytes);
    read += count;
    return count;
  };
  if (!mayHold(next)) return body;
  const opening = Buffer.from(`"${marker}`);
  const closing = Buffer.from('"');
  const parts: Buffer[] = [];
  let copied = 0;
  for (const { start, end } of lossyNumbers(body)) {
    parts.push(body.subarray(copied, start), opening, body.subarray(start, end), closing);
    copied = end;
  }
  return copied === 0 ? body : Buffer.concat([...parts, body.subarray(copied)]);
}

/**
 * The bare numbers of a body that DuckDB would alter, in order. A number is one only between what may stand around a value, so that what is malformed
 * stays so whatever is done with them.
 */
function* lossyNumbers(body: Buffer): Generator<Span> {
  const { length } = body;
  let before = 0;
  for (let at = 0; at < length; ) {
    const byte = body[at] ?? 0;
    if (byte === quote) {
      at += 1;
      while (at < length && body[at] !== quote) at += body[at] === backslash ? 2 : 1;
      at += 1;
      before = quote;
    } else if (byte === minus || (byte >= digit0 && byte <= digit9)) {
      const start = at;
      let kinds = 0;
      for (; at < length; at += 1) {
        const kind = ofNumber[body[at] ?? 0] ?? 0;
        if (kind === 0) break;
        kinds |= kind;
      }
      if (
        kinds >= notWhole &&
        mayStandBefore(before) &&
        mayStandAfter(nextByte(body, at)) &&
        isLossy(body.toString('latin1', start, at))
      )
        yield { start, end: at };
      before = digit0;
    } else {
      if (byte > 0x20) before = byte;
      at += 1;
    }
  }
}

function nextByte(body: Buffer, position: number): number | undefined {
  let at = position;
  while (isWhite(body[at])) at += 1;
  return body[at];
}

const minus = 0x2d;
const digit0 = 0x30;
const digit9 = 0x39;
const letterE = 0x65;
const capitalE = 0x45;

const notWhole = 2;
/** 1 for the bytes that numbers are made of, 2 for those that whole ones have not. */
const ofNumber = new Uint8Array(256);
for (const byte of Buffer.from('0123456789+-')) ofNumber[byte] = 1;
for (const byte of Buffer.from('.eE')) ofNumber[byte] = notWhole;

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= digit0 && byte <= digit9;
}

function isWhite(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function mayStandBefore(byte: number | undefined): boolean {
  return byte === colon || byte === comma || byte === openBracket;
}

function mayStandAfter(byte: number | undefined): boolean {
  return byte === comma || byte === closeBracket || byte === closeBrace;
}
