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
  const taken = new Set<string>();
  const copy = await copyWith('0', from, to, taken);
  if (!taken.has('0')) return copy;
  let number = 1;
  while (taken.has(String(number))) number += 1;
  return copyWith(String(number), from, to, taken);
}

/** Adds the numbers of the markers that the file itself has to `taken`. */
async function copyWith(number: string, from: string, to: string, taken: Set<string>): Promise<ReadableCopy> {
  const marker = { number: `~marked-${number}-number-`, surrogate: `~marked-${number}-surrogate-` };
  const found = { numbers: false, surrogates: false };
  let longestBody = 0;
  const copied = async function* () {
    for await (const { bytes } of pageBodies(from)) {
      for (const other of markersIn(bytes)) taken.add(other);
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

const used = /~marked-(\d{1,15})-/g;
/** Letters, digits, '-' and '~' have no escape but this. */
const escapedAscii = /\\u00([2-7][\da-fA-F])/g;

/** The numbers of what would be markers, as they stand in a body or are escaped there. */
function* markersIn(body: Buffer): Generator<string> {
  if (!body.includes('~marked-') && !body.includes('\\u00')) return;
  const text = body.toString('latin1');
  const read = text.replace(escapedAscii, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
  for (const [, number = ''] of `${text}\n${read}`.matchAll(used)) yield number;
}
