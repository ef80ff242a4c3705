/**
 * Reads CSV as RFC 4180 defines it, with '\n' or '\r\n' between lines; a field that is nothing at all is null, and one that is quoted never is.
 * Throws where a text is no CSV.
 */
export function parseCsv(text: string): (string | null)[][] {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n)/y;
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (match === null) throw new Error(`no CSV at ${at}: ${JSON.stringify(text.slice(at, at + 40))}`);
    const [, quoted, plain = '', end] = match;
    row.push(quoted === undefined ? plain || null : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
