import { identifier } from './sql-text';

/**
 * A condition of a source file as it stands in the statements: TRY gives NULL where it fails and a STRUCT with the member `it`, perhaps with a NULL in
 * it, where it does not. The newline ends a comment that the expression may end with.
 */
export function triedCondition(expression: string): string {
  return `TRY({'it': CAST((${expression}\n) AS BOOLEAN)})`;
}

/** The same for a text, with the member `double`: whether it was a DOUBLE, which holds no more than 15 digits for certain (IEEE 754). */
export function triedText(expression: string): string {
  const inexact = `typeof((${expression}\n)) IN ('DOUBLE', 'FLOAT')`;
  return `TRY({'it': CAST((${expression}\n) AS VARCHAR), 'double': ${inexact}})`;
}

/** Whether all digits of a tried text are sure: `/` makes a DOUBLE of whatever it divides (DuckDB 1.5.5). Never NULL. */
export function hasSureDigits(name: string): string {
  const digits = `regexp_replace(regexp_extract(${outcome(name)}, '^[^eE]*'), '[^0-9]', '', 'g')`;
  const sure = `NOT coalesce(struct_extract(${name}, 'double'), false)`;
  return `CASE WHEN ${outcome(name)} IS NULL OR ${sure} THEN true ELSE length(trim(${digits}, '0')) <= 15 END`;
}

/** The same for an expression whose value is read as JSON. */
export function triedJson(expression: string): string {
  return `TRY({'it': CAST(to_json((${expression}\n)) AS VARCHAR)})`;
}

/** What a tried expression gave; NULL where it failed too. */
export function outcome(name: string): string {
  return `struct_extract(${name}, 'it')`;
}

/** Adds columns that are computed from others by the names that the source file knows them under; `columns` are [SQL, name]. */
export function amongColumns(
  from: string,
  columns: readonly (readonly [value: string, name: string])[],
  added: readonly (readonly [expression: string, name: string])[],
): string {
  const computed = added.map(([expression, name]) => `${expression} AS ${name}`).join(', ');
  if (columns.length === 0) return `(SELECT *, ${computed} FROM ${from})`;
  const named = columns.map(([value, name]) => `${value} AS ${identifier(name)}`).join(', ');
  const names = columns.map(([, name]) => identifier(name)).join(', ');
  return `(SELECT * EXCLUDE (${names}), ${computed} FROM (SELECT *, ${named} FROM ${from}))`;
}
