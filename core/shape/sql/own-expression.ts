import { identifier } from './sql-text';

/**
 * An expression of a source file as it stands in the statements: TRY gives NULL where it fails and a STRUCT with the member `it`, perhaps with a NULL in
 * it, where it does not. The newline ends a comment that the expression may end with.
 */
export function tried(expression: string, type: 'VARCHAR' | 'BOOLEAN'): string {
  return `TRY({'it': CAST((${expression}\n) AS ${type})})`;
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
