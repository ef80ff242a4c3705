import type { ScalarType } from '../../source/column';
import { isoPattern } from './cast';
import { trimmed } from './cleaned';
import { either, matches } from './either';
import { epochDigits } from './epoch';
import { fitsDecimal, fitsDouble } from './fits-number';
import { readsAs, saysDayOnly, saysTimeOnly } from './strptime';

/**
 * Whether a text says exactly what its cast value says; undefined where every text does. Never NULL, and true for NULL and, for
 * other types than varchar, for '' and white space.
 * Needed because DuckDB's casts are lenient: '1.5' is rounded to the BIGINT 2, and 1_000, 1e3, 0x1F, NaN and 2024/1/5 are taken.
 * Each has a cheap test that nearly every value passes, then the exact one.
 */
export function fits(type: ScalarType, text: string, value: string): string | undefined {
  switch (type.type) {
    case 'varchar':
      return undefined;
    case 'integer':
    case 'bigint':
    case 'hugeint':
      return either(
        text,
        `CAST(${value} AS VARCHAR) = ${text}`,
        `${value} IS NOT NULL AND ${matches(text, '[+-]?[0-9]+')}`,
      );
    case 'decimal':
      return fitsDecimal(text, value, type);
    case 'double':
      return fitsDouble(text, value);
    case 'boolean':
      return either(text, `${value} IS NOT NULL`);
    case 'uuid':
      return either(text, `${value} = ${text}`, `${value} IS NOT NULL AND ${matches(text, uuidPattern)}`);
    case 'date':
      return fitsDate(text, value, type.format);
    case 'time':
      return fitsTime(text, value, type.format);
    case 'timestamp':
      return fitsTimestamp(text, value, type.format ?? 'iso');
  }
}

const hex = '[0-9a-fA-F]';
const dashed = `${hex}{8}-${hex}{4}-${hex}{4}-${hex}{4}-${hex}{12}`;

/**
 * Hex and dashes in either case, and after 'urn:uuid:', by RFC 9562, section 4; in braces, as Windows writes it, and without dashes,
 * as Python's UUID.hex. DuckDB takes dashes anywhere.
 */
const uuidPattern = String.raw`(?i:urn:uuid:)?${dashed}|\{${dashed}\}|${hex}{32}`;

/** Years 1 to 9999. */
function inYears(value: string): string {
  return `${value} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'`;
}

function fitsDate(text: string, value: string, format: string | undefined): string {
  // Ten characters: 'infinity', '12024-01-05' and '0044-03-15 (BC)' read back as themselves too
  const reads = (of: string) => `strlen(${of}) = 10 AND CAST(${value} AS VARCHAR) = ${of}`;
  if (format === undefined) return either(text, reads(text), reads(trimmed(text)));
  return either(
    text,
    `${inYears(value)} AND ${readsAs(text, format)} AND ${saysDayOnly(text, format, value)}`,
  );
}

/** 00:00 to 23:59:59.999999: neither 24:00 nor a leap second, which DuckDB, Python and Spark do not know. */
function fitsTime(text: string, value: string, format: string | undefined): string {
  if (format !== undefined)
    return either(text, `${value} < '24' AND ${readsAs(text, format)} AND ${saysTimeOnly(text, format)}`);
  const looks = matches(text, String.raw`[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6}0*)?)?`);
  return either(text, `${value} = ${text} AND ${value} < '24'`, `${value} < '24' AND ${looks}`);
}

/** Checked as a value because of offsets: 9999-12-31T23:00:00-02:00 is in the year 10000. */
const years = "BETWEEN TIMESTAMPTZ '0001-01-01 00:00:00+00' AND TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'";

/**
 * The forms that JSON.stringify and most servers write, the most frequent first. LIKE costs 10 ns, GLOB 45, the full pattern 150. All end in
 * what cannot be white space, and none takes the '3.' of 10:20:3.Z for two digits.
 */
const usualForms = [
  "LIKE '____-__-__T__:__:__.___Z'",
  "LIKE '____-__-__T__:__:__.___+0_:00'",
  "LIKE '____-__-__T__:__:__.______Z'",
  "LIKE '____-__-__T__:__:__.______+0_:00'",
  "GLOB '????-??-??T??:??:?[0-9]Z'",
  "GLOB '????-??-??T??:??:?[0-9]+0?:00'",
];

/** A year of four digits: DuckDB skips white space before a shorter one. */
const usualYears =
  "BETWEEN TIMESTAMPTZ '1000-01-02 00:00:00+00' AND TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'";

function fitsTimestamp(text: string, value: string, format: string): string {
  const inRange = `${value} ${years}`;
  const digits = epochDigits(format);
  if (digits !== undefined) {
    const fraction = digits === 0 ? '0*' : `[0-9]{1,${digits}}0*`;
    return either(text, `${inRange} AND ${matches(text, String.raw`[+-]?[0-9]+(?:\.${fraction})?`)}`);
  }
  if (format !== 'iso') return either(text, `${inRange} AND ${readsAs(text, format)}`);
  const usual = usualForms.map((form) => `${text} ${form}`).join(' OR ');
  return either(text, `${value} ${usualYears} AND (${usual})`, `${inRange} AND ${matches(text, isoPattern)}`);
}
