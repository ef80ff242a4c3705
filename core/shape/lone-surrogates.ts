import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pageBodies } from './page-bodies';

/** Every escape of a JSON text; group 1 holds the digits of a surrogate that has no partner. */
const escapes =
  /\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u([dD][89a-fA-F][0-9a-fA-F]{2})|\\./g;

/** Whether a body escapes half of a surrogate pair: JSON's grammar allows it, Unicode does not, and DuckDB refuses the whole page. */
export function holdsLoneSurrogate(body: Buffer): boolean {
  if (!body.includes('\\ud') && !body.includes('\\uD')) return false;
  for (const match of body.toString('latin1').matchAll(escapes)) if (match[1] !== undefined) return true;
  return false;
}

/** A copy of a file of page bodies that DuckDB can read. */
export interface ReadableCopy {
  /** A text that is nowhere in the original, and stands before the four digits of each lone surrogate in the copy. */
  readonly marker: string;
  readonly longestBody: number;
  /** Turns marked text back into what the source escaped. */
  restore(text: string): string;
}

/** Copies a file of page bodies with every lone surrogate marked, so that the records that use one can be told from the others. */
export async function copyWithMarks(from: string, to: string): Promise<ReadableCopy> {
  const marker = `lone-surrogate-${randomUUID()}-`;
  // Latin-1 takes bytes to characters and back one by one, so the rest of the text stays as it is
  const mark = (match: string, digits: string | undefined) =>
    digits === undefined ? match : `${marker}${digits}`;
  let longestBody = 0;
  const marked = async function* () {
    for await (const { bytes } of pageBodies(from)) {
      const body = Buffer.from(`${bytes.toString('latin1').replace(escapes, mark)}\n`, 'latin1');
      longestBody = Math.max(longestBody, body.length);
      yield body;
    }
  };
  await pipeline(Readable.from(marked()), createWriteStream(to));
  return { marker, longestBody, restore: (text) => text.replaceAll(marker, '\\u') };
}
