/** A text as a SQL string literal: `'it''s'`. DuckDB gives a backslash no meaning in it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as a SQL identifier: `"a ""b"""`. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
