import { literal } from '../sql/sql-text';

/**
 * Whether a decimal has come with all its digits. DuckDB reads a bare JSON number with a point or an exponent through a double (1.5.5), which
 * carries 15 digits for certain (IEEE 754); of a bare number with more digits nobody can tell which were lost. A quoted one keeps all.
 * `path` is a JSON path in `record`. JSON is looked at again only for texts that are long enough to matter. Never NULL.
 */
export function keepsDigits(text: string, record: string, path: string): string {
  const quoted = `coalesce(json_type(${record}, ${literal(path)}) <> 'DOUBLE', true)`;
  const short = `length(trim(${digitsOf(text)}, '0')) <= 15`;
  const whole = `regexp_full_match(${text}, '[+-]?[0-9]+')`;
  return `CASE WHEN ${text} IS NULL OR strlen(${text}) <= 16 THEN true ELSE ${whole} OR ${quoted} OR ${short} END`;
}

/** The digits of a number before its exponent, as a SQL text. */
export function digitsOf(number: string): string {
  return `regexp_replace(regexp_extract(${number}, '^[^eE]*'), '[^0-9]', '', 'g')`;
}
