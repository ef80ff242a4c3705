import type { ColumnType } from '../../source/column';
import { literal } from '../sql/sql-text';
import { trimmed } from './cleaned';
import { either, matches } from './either';

type DecimalType = Extract<ColumnType, { type: 'decimal' }>;

/**
 * At most `scale` digits behind the point, zeros at the end not counted. A text that its value's text begins with is exact: what follows
 * are zeros. Above 18 digits, DuckDB (1.5.5) takes 0.8 microseconds to write a value, so there the text alone decides.
 */
export function fitsDecimal(text: string, value: string, type: DecimalType): string {
  const plain = String.raw`[+-]?(?:[0-9]+\.?|[0-9]*\.[0-9]{0,${type.scale}}0*)`;
  const written = `CAST(${value} AS VARCHAR)`;
  const alike = [`${written} = ${text}`, `starts_with(${written}, ${text})`];
  return either(
    text,
    ...(type.precision > 18 ? [] : alike),
    `${value} IS NOT NULL AND ${matches(text, plain)}`,
    `${value} IS NOT NULL AND ${fitsScientific(trimmed(text), value, type)}`,
  );
}

/**
 * With an exponent, as DuckDB writes bare numbers below 0.000001 and from 1e21, the exponent moves the point. There DuckDB's cast needs
 * watching (1.5.5): it lets '10000.0000e5' overflow a DECIMAL(12,3) unnoticed, and gives NULL where the digits before the exponent alone
 * would overflow.
 */
function fitsScientific(text: string, value: string, { precision, scale }: DecimalType): string {
  const mantissa = String.raw`[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)`;
  const scientific = `regexp_full_match(${text}, ${literal(`${mantissa}[eE][+-]?[0-9]{1,4}`)})`;
  const digits = digitsOf(text);
  const zeros = `(length(${digits}) - length(rtrim(${digits}, '0')))`;
  const fraction = `length(regexp_extract(${text}, ${literal(String.raw`\.([0-9]*)`)}, 1))`;
  const exponent = `TRY_CAST(regexp_extract(${text}, '[eE]([+-]?[0-9]{1,4})$', 1) AS INTEGER)`;
  const double = `TRY_CAST(${text} AS DOUBLE)`;
  const inRange = `abs(${double}) < 1e${precision - scale} AND abs(${double} - CAST(${value} AS DOUBLE)) <= abs(${double}) * 1e-9`;
  const moved = `${fraction} - ${zeros} - ${exponent} <= ${scale} AND ${inRange}`;
  return `${scientific} AND (trim(${digits}, '0') = '' OR (${moved}))`;
}

/**
 * A double is the nearest one to its text (IEEE 754), so fractions fit. Not: NaN, Infinity and what is too large for one; what is so small
 * that it becomes 0; and whole numbers that it cannot hold, such as 2^53 + 1, unless the source wrote the double itself in its
 * shortest form, as JavaScript writes 2^60: 1152921504606847000.
 */
export function fitsDouble(text: string, value: string): string {
  const number = `isfinite(${value}) AND NOT contains(${text}, '_')`;
  const exact = `TRY_CAST(${text} AS HUGEINT) = TRY_CAST(${value} AS HUGEINT)`;
  const shortest = `trim(${digitsOf(`CAST(${value} AS VARCHAR)`)}, '0') = trim(${digitsOf(text)}, '0')`;
  return either(
    text,
    // Nearly all: below 2^53 every whole number is exact
    `${value} BETWEEN -9007199254740991 AND 9007199254740991 AND ${value} <> 0 AND NOT contains(${text}, '_')`,
    `${value} = 0 AND (${text} = '0' OR ${matches(text, '[+-]?[0.]+(?:[eE].*)?')})`,
    `${number} AND ${value} <> 0 AND NOT ${matches(text, '[+-]?[0-9]+')}`,
    `${number} AND ${value} <> 0 AND (${exact} OR ${shortest})`,
  );
}

/** The digits of a number before its exponent, as a SQL text. */
function digitsOf(number: string): string {
  return `regexp_replace(regexp_extract(${number}, '^[^eE]*'), '[^0-9]', '', 'g')`;
}
