import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { markLoneSurrogates } from './lone-surrogates';
import { markLossyNumbers } from './lossy-numbers';
import { pageBodies } from './page-bodies';
import type { Marks } from './sql/marks';

/** A copy of a file of page bodies of which DuckDB alters nothing. */
export interface ReadableCopy {
  /** Undefined where it has nothing of the kind. */
  readonly marks: Marks;
  readonly longestBody: number;
}

/**
 * Copies a file of page bodies with everything marked that DuckDB cannot read as it is: bare numbers that it would alter become strings, and lone
 * surrogates texts, each behind a marker that is nowhere else in what the file says. The markers are the same for files that hold nothing like
 * them, so that one statement serves the ranges of a dataset.
 */
export async function copyWithMarks(from: string, to: string): Promise<ReadableCopy> {
  const marker = await freeMarker(from);
  const found = { numbers: false, surrogates: false };
  let longestBody = 0;
  const copied = async function* () {
    for await (const { bytes } of pageBodies(from)) {
      const numbers = markLossyNumbers(bytes, marker.number);
      const body = markLoneSurrogates(numbers, marker.surrogate);
      found.numbers ||= numbers !== bytes;
      found.surrogates ||= body !== numbers;
      longestBody = Math.max(longestBody, body.length + 1);
      yield body;
      yield newline;
    }
  };
  await pipeline(Readable.from(copied()), createWriteStream(to));
  const marks = {
    number: found.numbers ? marker.number : undefined,
    surrogate: found.surrogates ? marker.surrogate : undefined,
  };
  return { marks, longestBody };
}

const newline = Buffer.from('\n');

/** What may be a marker, in a text or escaped; letters, digits and '-' have no escape but this. */
const used = /marked-(\d{1,15})-/g;
const escapedAscii = /\\u00([2-7][\da-fA-F])/g;

/** Markers with the smallest number that no text of the file has. */
async function freeMarker(file: string): Promise<Record<keyof Marks, string>> {
  const taken = new Set<string>();
  for await (const { bytes } of pageBodies(file)) {
    if (!bytes.includes('marked-') && !bytes.includes('\\u00')) continue;
    const text = bytes.toString('latin1');
    const read = text.replace(escapedAscii, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
    for (const [, number = ''] of `${text}\n${read}`.matchAll(used)) taken.add(number);
  }
  let number = 0;
  while (taken.has(String(number))) number += 1;
  return { number: `marked-${number}-number-`, surrogate: `marked-${number}-surrogate-` };
}
