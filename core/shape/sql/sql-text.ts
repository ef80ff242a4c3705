/**
 * A text as a SQL string literal: `'it''s'`. DuckDB gives a backslash no meaning in it. NUL, which would end the statement, is put in by an
 * expression.
 */
export function literal(text: string): string {
  const parts = text.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? `${parts[0]}` : `(${parts.join(' || chr(0) || ')})`;
}

/** A name as a SQL identifier: `"a ""b"""`. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
