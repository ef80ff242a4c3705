import type { ScalarType } from '../source/column';
import { type Json, JsonNumber, scalarText } from './json-tree';
import { decimalDigits, isBigint, isDate, isTime, isUuid, readTimestamp } from './text-patterns';

/** A type that takes every value that was seen, and what somebody should check about it. */
export interface Inferred<T> {
  readonly type: T;
  readonly check?: string | undefined;
}

/** Names of fields that hold moments, where they hold numbers. */
const momentName =
  /(_at|At|_on|date|Date|time|Time|timestamp|_ts|created|updated|modified|expires|since|until)$|^(ts|date|time|timestamp|created|updated|modified|expires)/;
/** A version is no number: 1.10 is not 1.1. */
const versionName = /version|release/i;

/** Years 2001 to 2096, by the unit that a number since 1970 counts in. */
const epochs = [
  ['epoch-seconds', 1_000_000_000n],
  ['epoch-millis', 1_000_000_000_000n],
  ['epoch-micros', 1_000_000_000_000_000n],
] as const;

/** The type of a field's values, which are texts, numbers and booleans; at least one, and no text is empty. */
export function inferScalar(name: string, values: readonly Json[]): Inferred<ScalarType> {
  if (values.every((value) => typeof value === 'boolean')) return { type: { type: 'boolean' } };
  if (values.every((value) => value instanceof JsonNumber))
    return ofNumbers(
      name,
      values.map(({ text }) => text),
    );
  if (values.every((value) => typeof value === 'string')) return ofTexts(name, values);
  const texts = values.map((value) => scalarText(value) ?? '');
  if (values.every((value) => typeof value !== 'boolean') && texts.every(isWhole) && texts.every(isBigint))
    return { type: { type: 'bigint' }, check: 'some values are numbers and some are texts' };
  return { type: { type: 'varchar' }, check: 'values of several kinds: text, number or boolean' };
}

function isWhole(text: string): boolean {
  return /^-?(0|[1-9]\d*)$/.test(text);
}

function ofNumbers(name: string, texts: readonly string[]): Inferred<ScalarType> {
  if (!texts.every((text) => /^-?\d+$/.test(text))) return ofFractions(texts);
  if (texts.every(isBigint)) return momentOr(name, texts) ?? { type: { type: 'bigint' } };
  if (texts.every((text) => text.replace('-', '').length <= 38)) return { type: { type: 'hugeint' } };
  return { type: { type: 'varchar' }, check: 'numbers of more than 38 digits, kept as text' };
}

/** Numbers that are not all whole. A fraction is the nearest double to its text; a whole number must be the double itself. */
function ofFractions(texts: readonly string[]): Inferred<ScalarType> {
  const unheld = texts.find((text) => !isDouble(text));
  if (unheld !== undefined)
    return { type: { type: 'varchar' }, check: `no double can hold ${unheld.slice(0, 40)}, so kept as text` };
  // 17 digits tell every double from its neighbours (IEEE 754).
  const isLonger = texts.some((text) => text.replace(/[eE].*$|[^0-9]/g, '').replace(/^0+/, '').length > 17);
  return {
    type: { type: 'double' },
    ...(isLonger ? { check: 'some have more digits than a double holds' } : {}),
  };
}

function isDouble(text: string): boolean {
  const number = Number(text);
  if (!Number.isFinite(number)) return false;
  if (/^-?\d+$/.test(text)) return BigInt(number) === BigInt(text);
  return number !== 0 || /^-?[0.]+([eE]|$)/.test(text);
}

function momentOr(name: string, texts: readonly string[]): Inferred<ScalarType> | undefined {
  if (!momentName.test(name)) return undefined;
  const numbers = texts.map((text) => BigInt(text));
  for (const [format, unit] of epochs) {
    if (!numbers.every((number) => number >= unit && number < 4n * unit)) continue;
    const [first = 0n] = numbers;
    const milliseconds =
      format === 'epoch-seconds' ? first * 1000n : format === 'epoch-millis' ? first : first / 1000n;
    const day = new Date(Number(milliseconds)).toISOString().slice(0, 10);
    return {
      type: { type: 'timestamp', format },
      check: `numbers taken for moments: ${first} would be on ${day}`,
    };
  }
  return undefined;
}

function ofTexts(name: string, texts: readonly string[]): Inferred<ScalarType> {
  if (texts.every(isUuid)) return { type: { type: 'uuid' } };
  if (texts.every(isDate)) return { type: { type: 'date' } };
  if (texts.every(isTime)) return { type: { type: 'time' } };
  if (texts.every((text) => text === 'true' || text === 'false')) return { type: { type: 'boolean' } };
  return ofMoments(texts) ?? ofDecimals(name, texts) ?? { type: { type: 'varchar' } };
}

function ofMoments(texts: readonly string[]): Inferred<ScalarType> | undefined {
  const moments = texts.map((text) =>
    isDate(text) ? { hasOffset: true, isTooFine: false } : readTimestamp(text),
  );
  if (moments.includes(undefined)) return undefined;
  if (moments.some((moment) => moment?.isTooFine))
    return { type: { type: 'varchar' }, check: 'finer than a microsecond, which a timestamp would not keep' };
  if (moments.every((moment) => moment?.hasOffset)) return { type: { type: 'timestamp' } };
  return { type: { type: 'timestamp' }, check: 'no offset from UTC: read as UTC' };
}

/** Digits alone may be postal codes, telephone numbers or ids, and stay texts. */
function ofDecimals(name: string, texts: readonly string[]): Inferred<ScalarType> | undefined {
  if (versionName.test(name) || !texts.some((text) => text.includes('.'))) return undefined;
  const digits = texts.map(decimalDigits);
  const known = digits.filter((one) => one !== undefined);
  if (known.length < digits.length) return undefined;
  const scale = Math.max(...known.map(({ fraction }) => fraction));
  const needed = Math.max(...known.map(({ whole }) => whole)) + scale;
  if (needed > 38) return undefined;
  // Room for the values that were not seen.
  const precision = Math.min(38, Math.max(needed + 4, 10 + scale));
  return { type: { type: 'decimal', precision, scale } };
}
