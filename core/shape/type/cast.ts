import type { ScalarType } from '../../source/column';
import { literal } from '../sql/sql-text';
import { amidWhite, trimmed } from './cleaned';
import { epochDigits } from './epoch';
import { sqlType } from './sql-type';
import { parsedDate, parsedTime, parsedTimestamp } from './strptime';

/**
 * The SQL of a text's value in a column's type. Where fits() is false it is NULL or wrong. For other types than varchar the text
 * may have white space at both ends, which DuckDB's own casts skip, and '' or nothing but white space is NULL; a varchar is the text.
 */
export function cast(type: ScalarType, text: string): string {
  switch (type.type) {
    case 'varchar':
      return text;
    case 'boolean':
      return `CASE ${text} ${booleans} ELSE CASE ${trimmed(text)} ${booleans} END END`;
    case 'uuid':
      return `coalesce(${uuid(text)}, ${uuid(`regexp_extract(${text}, ${literal(urn)}, 1)`)})`;
    case 'date':
      return type.format === undefined ? `TRY_CAST(${text} AS DATE)` : parsedDate(text, type.format);
    case 'time':
      return type.format === undefined
        ? // Without seconds DuckDB (1.5.5) takes no white space behind it
          `CAST(coalesce(TRY_CAST(${text} AS TIME), TRY_CAST(${trimmed(text)} AS TIME)) AS VARCHAR)`
        : parsedTime(text, type.format);
    case 'hugeint':
      return fromHugeint(`TRY_CAST(${text} AS HUGEINT)`, 38, 0);
    case 'decimal':
      return decimal(text, type.precision, type.scale);
    case 'timestamp':
      return timestamp(text, type.format ?? 'iso');
    default:
      return `TRY_CAST(${text} AS ${sqlType(type)})`;
  }
}

const booleans = "WHEN 'true' THEN true WHEN 'false' THEN false WHEN '1' THEN true WHEN '0' THEN false";

/** A UUID that DuckDB's cast does not take: with white space around it, or as a URN (RFC 9562, section 4). */
const urn = `^${amidWhite(String.raw`(?i:urn:uuid:)?([^ \t\n\r]*)`)}$`;

function uuid(text: string): string {
  return `CAST(TRY_CAST(${text} AS UUID) AS VARCHAR)`;
}

/**
 * A text's cast to a DECIMAL of more than 18 digits takes 17 microseconds (DuckDB 1.5.5), so plain numbers go by way of their digits
 * as a HUGEINT, in a fiftieth of that.
 */
function decimal(text: string, precision: number, scale: number): string {
  const direct = `TRY_CAST(${text} AS DECIMAL(${precision},${scale}))`;
  if (precision <= 18) return direct;
  const plain = `regexp_full_match(${text}, ${literal(scale === 0 ? '[+-]?[0-9]+' : String.raw`[+-]?[0-9]+(?:\.[0-9]{1,${scale}})?`)})`;
  const fraction = `CASE WHEN contains(${text}, '.') THEN strlen(${text}) - strpos(${text}, '.') ELSE 0 END`;
  const digits = `TRY_CAST(replace(${text}, '.', '') || repeat('0', ${scale} - ${fraction}) AS HUGEINT)`;
  return `CASE WHEN ${plain} THEN ${fromHugeint(digits, precision, scale)} WHEN ${text} IS NOT NULL THEN ${direct} END`;
}

/** The DECIMAL that has these digits; NULL where they are too many. A product of decimals has the scales' sum, so it loses none. */
function fromHugeint(digits: string, precision: number, scale: number): string {
  const whole = `TRY_CAST(${digits} AS DECIMAL(38,0))`;
  if (scale === 0) return precision === 38 ? whole : `TRY_CAST(${whole} AS DECIMAL(${precision},0))`;
  const unit = `CAST('0.${'0'.repeat(scale - 1)}1' AS DECIMAL(${scale},${scale}))`;
  return `TRY_CAST(${whole} * ${unit} AS DECIMAL(${precision},${scale}))`;
}

function timestamp(text: string, format: string): string {
  if (format === 'iso') return isoTimestamp(text);
  const digits = epochDigits(format);
  if (digits === undefined) return parsedTimestamp(text, format);
  // By way of a decimal of as many digits as microseconds need, since a double is a microsecond off from the year 2242 on.
  // It holds 31,000 years at least, and DuckDB's timestamps 292,000, so that nothing overflows here
  const number = `TRY_CAST(${text} AS DECIMAL(18,${digits}))`;
  const whole = `CAST(trunc(${number}) AS BIGINT)`;
  const rest = `CAST((${number} - trunc(${number})) * ${10 ** digits} AS BIGINT)`;
  return `make_timestamptz(${whole} * ${10 ** digits} + ${rest})`;
}

const day = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
const offset = '(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)';

/**
 * What an ISO 8601 timestamp may look like: at most six digits of a second that are not zero, and an offset or none. White space may stand for
 * the hour's first zero, as DuckDB takes it and it says the same.
 */
export const isoPattern = String.raw`${day}[T ][ \t-\r0-9][0-9]:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6}0*)?)?${offset}?|${day}`;

/**
 * As TIMESTAMPTZ, since a cast to TIMESTAMP ignores the offset (DuckDB 1.5.5). The session's time zone must be UTC. DuckDB understands neither
 * a tab or line break behind a time without an offset, nor a time without seconds but with an offset, as Java writes it, which gets its
 * seconds here. No part may stand here twice: DuckDB would evaluate it for every value, beforehand (217 ns rather than 44).
 */
function isoTimestamp(text: string): string {
  const moment = (of: string) => `TRY_CAST(${of} AS TIMESTAMPTZ)`;
  const short = `regexp_full_match(${text}, ${literal(amidWhite(`${day}[T ][0-9]{2}:[0-9]{2}${offset}`))})`;
  const withSeconds = `regexp_replace(${text}, '([T ][0-9]{2}:[0-9]{2})', '\\1:00')`;
  return `coalesce(${moment(text)}, ${moment(trimmed(text))}, CASE WHEN ${short} THEN ${moment(withSeconds)} END)`;
}
