import type { ColumnType } from '../source/column';
import { literal } from './sql-text';

type DecimalType = Extract<ColumnType, { type: 'decimal' }>;

/** A column type as DuckDB and Parquet name it: `DECIMAL(12,2)`. */
export function sqlType(type: ColumnType): string {
  if (type.type === 'decimal') return `DECIMAL(${type.precision},${type.scale})`;
  return type.type.toUpperCase();
}

/**
 * Takes JSON's white space off both ends of a text, and makes '' NULL. The comparisons cost 9 ns where trim() alone costs 60 to
 * 250, and nearly no text needs it: whatever sorts before '!' is empty or begins with white space or a control character.
 */
export function cleaned(text: string): string {
  const clean = ["' '", 'chr(9)', 'chr(10)', 'chr(13)'].map((white) => `NOT suffix(${text}, ${white})`);
  const trimmed = `trim(${text}, ' ' || chr(9) || chr(10) || chr(13))`;
  return `CASE WHEN ${text} >= '!' AND ${clean.join(' AND ')} THEN ${text} ELSE nullif(${trimmed}, '') END`;
}

/** The value of a text in a column's type; NULL or a wrong value where fits() is false. */
export function cast(type: ColumnType, text: string): string {
  switch (type.type) {
    case 'varchar':
      return text;
    case 'boolean':
      return `CASE ${text} WHEN 'true' THEN true WHEN 'false' THEN false WHEN '1' THEN true WHEN '0' THEN false END`;
    case 'timestamp':
      return utcTimestamp(text);
    default:
      return `TRY_CAST(${text} AS ${sqlType(type)})`;
  }
}

const minutes = `[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}`;
const offset = `(Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)`;
const isoTimestamp = String.raw`${minutes}(:[0-9]{2}(\.[0-9]+)?)?${offset}?|[0-9]{4}-[0-9]{2}-[0-9]{2}`;

/**
 * By way of TIMESTAMPTZ, since a cast to TIMESTAMP ignores the offset (DuckDB 1.5.5). The session's time zone must be UTC. A time
 * without seconds but with an offset, as Java writes it, is not understood by DuckDB and gets its seconds here.
 * make_timestamp(epoch_us()) costs a quarter of a cast from TIMESTAMPTZ.
 */
function utcTimestamp(text: string): string {
  const zoned = `TRY_CAST(${text} AS TIMESTAMPTZ)`;
  const withSeconds = `TRY_CAST(regexp_replace(${text}, '([T ][0-9]{2}:[0-9]{2})', '\\1:00') AS TIMESTAMPTZ)`;
  const short = `CASE WHEN regexp_full_match(${text}, ${literal(minutes + offset)}) THEN ${withSeconds} END`;
  return `make_timestamp(epoch_us(coalesce(${zoned}, ${short})))`;
}

/**
 * Whether a text says exactly what its cast value says; undefined where every text does. Never NULL, and true for NULL.
 * Needed because DuckDB's casts are lenient: '1.5' is rounded to the BIGINT 2, and 1_000, 1e3, 0x1F, NaN and 2024/1/5 are taken.
 * Each has a cheap test that nearly every value passes, then the exact one.
 */
export function fits(type: ColumnType, text: string, value: string): string | undefined {
  switch (type.type) {
    case 'varchar':
      return undefined;
    case 'bigint':
    case 'integer':
      return unlessEqual(text, value, `${value} IS NOT NULL AND regexp_full_match(${text}, '[+-]?[0-9]+')`);
    case 'decimal':
      return unlessEqual(text, value, `${value} IS NOT NULL AND ${fitsScale(text, value, type)}`);
    case 'date':
      // Ten characters: 'infinity', '12024-01-05' and '0044-03-15 (BC)' read back as themselves too
      return `CASE WHEN ${text} IS NULL THEN true ELSE strlen(${text}) = 10 AND coalesce(CAST(${value} AS VARCHAR) = ${text}, false) END`;
    case 'double':
      return `CASE WHEN ${text} IS NULL THEN true ELSE coalesce(isfinite(${value}), false) AND NOT contains(${text}, '_') END`;
    case 'boolean':
    case 'json':
      return `(${text} IS NULL OR ${value} IS NOT NULL)`;
    case 'timestamp':
      return fitsTimestamp(text, value);
  }
}

/** A value that reads as its text is exact; `otherwise` decides about the rest. */
function unlessEqual(text: string, value: string, otherwise: string): string {
  return `CASE WHEN ${text} IS NULL OR CAST(${value} AS VARCHAR) = ${text} THEN true ELSE ${otherwise} END`;
}

/**
 * At most `scale` digits behind the point, zeros at the end not counted. With an exponent, as DuckDB writes bare numbers
 * below 0.000001 and from 1e21, the exponent moves the point. There DuckDB's cast needs watching (1.5.5): it lets '10000.0000e5' overflow
 * a DECIMAL(12,3) unnoticed, and gives NULL where the digits before the exponent alone would overflow.
 */
function fitsScale(text: string, value: string, { precision, scale }: DecimalType): string {
  const plain = `regexp_full_match(${text}, ${literal(String.raw`[+-]?([0-9]+\.?|[0-9]*\.[0-9]{0,${scale}}0*)`)})`;
  const mantissa = String.raw`[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)`;
  const scientific = `regexp_full_match(${text}, ${literal(`${mantissa}[eE][+-]?[0-9]{1,4}`)})`;
  const digits = digitsOf(text);
  const zeros = `(length(${digits}) - length(rtrim(${digits}, '0')))`;
  const fraction = `length(regexp_extract(${text}, ${literal(String.raw`\.([0-9]*)`)}, 1))`;
  const exponent = `TRY_CAST(regexp_extract(${text}, '[eE]([+-]?[0-9]{1,4})$', 1) AS INTEGER)`;
  const double = `TRY_CAST(${text} AS DOUBLE)`;
  const inRange = `abs(${double}) < 1e${precision - scale} AND abs(${double} - CAST(${value} AS DOUBLE)) <= abs(${double}) * 1e-9`;
  const moved = `coalesce(${fraction} - ${zeros} - ${exponent} <= ${scale} AND ${inRange}, false)`;
  return `(${plain} OR (${scientific} AND ${moved}))`;
}

function digitsOf(number: string): string {
  return `regexp_replace(regexp_extract(${number}, '^[^eE]*'), '[^0-9]', '', 'g')`;
}

/**
 * Whether a decimal has come with all its digits. DuckDB reads a bare JSON number with a point or an exponent through a double (1.5.5), which
 * carries 15 digits for certain (IEEE 754); of a bare number with more digits nobody can tell which were lost. A quoted one keeps all.
 * `path` is a JSON path in `record`. JSON is looked at again only for texts that are long enough to matter.
 */
export function keepsDigits(text: string, record: string, path: string): string {
  const quoted = `coalesce(json_type(${record}, ${literal(path)}) <> 'DOUBLE', true)`;
  const short = `length(trim(${digitsOf(text)}, '0')) <= 15`;
  const whole = `regexp_full_match(${text}, '[+-]?[0-9]+')`;
  return `CASE WHEN ${text} IS NULL OR strlen(${text}) <= 16 THEN true ELSE ${whole} OR ${quoted} OR ${short} END`;
}

/** The fast way knows the two forms that JSON.stringify and most servers write; years before 1 do not fit. */
function fitsTimestamp(text: string, value: string): string {
  const usual = `(${text} LIKE '____-__-__T__:__:__.___Z' OR ${text} LIKE '____-__-__T__:__:__Z')`;
  const impossible = `coalesce(${value} < TIMESTAMP '0001-01-01', true)`;
  return `CASE WHEN ${text} IS NULL THEN true WHEN ${impossible} THEN false WHEN ${usual} THEN true ELSE regexp_full_match(${text}, ${literal(isoTimestamp)}) END`;
}
