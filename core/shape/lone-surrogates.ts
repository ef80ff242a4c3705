/** Every escape of a JSON text; group 1 holds the digits of a surrogate that has no partner. */
const escapes =
  /\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u([dD][89a-fA-F][0-9a-fA-F]{2})|\\./g;

/** Whether a body escapes half of a surrogate pair: JSON's grammar allows it, Unicode does not, and DuckDB refuses the whole page. */
export function holdsLoneSurrogate(body: Buffer): boolean {
  if (!body.includes('\\ud') && !body.includes('\\uD')) return false;
  for (const match of body.toString('latin1').matchAll(escapes)) if (match[1] !== undefined) return true;
  return false;
}

/** A body with `marker` and the four digits for each of them; the body itself where there is none. */
export function markLoneSurrogates(body: Buffer, marker: string): Buffer {
  if (!holdsLoneSurrogate(body)) return body;
  // Latin-1 takes bytes to characters and back one by one, so the rest of the text stays as it is
  const mark = (match: string, digits: string | undefined) =>
    digits === undefined ? match : `${marker}${digits}`;
  return Buffer.from(body.toString('latin1').replace(escapes, mark), 'latin1');
}
