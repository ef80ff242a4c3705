import { stat } from 'node:fs/promises';
import { BaseloadError, ConfigurationError, PermanentError } from '../errors';
import { type InspectedPages, type InspectionResult, inspectPages } from './inspect-pages';
import { holdsLoneSurrogate } from './lone-surrogates';
import { holdsLossyNumber } from './lossy-numbers';
import { pageBodies } from './page-bodies';
import { pagesName } from './pages-name';
import { copyWithMarks } from './readable-copy';
import type { PagesFile } from './sql/sql-pages';

/** Pages were read, but are not all there or not what the dataset says. */
export class UnusablePages extends Error {}

const mebibyte = 1024 * 1024;

/**
 * The first way: the file as it is, or a copy where DuckDB would alter numbers in it. With room for bodies of at least four times the average
 * length, 1 to 16 MiB; a power of two, so that the ranges of a dataset have one statement.
 */
export async function firstReading(path: string, pages: number, copy: string): Promise<PagesFile> {
  if (await holdsLossyNumber(path)) return readCopy(path, copy);
  const { size } = await stat(path);
  return { path, maximumBodyBytes: likelyRoom((4 * size) / Math.max(1, pages)) };
}

/** The first way for transformed pages, whose longest line is known. Values of the page may hold numbers as the source wrote them. */
export async function transformedReading(
  path: string,
  longestLine: number,
  copy: string,
): Promise<PagesFile> {
  if (await holdsLossyNumber(path)) return readCopy(path, copy);
  return { path, maximumBodyBytes: withRoom(longestLine) };
}

/** With all that DuckDB cannot read as it is marked, and room for the longest body. */
async function readCopy(path: string, copy: string): Promise<PagesFile> {
  const { marks, longestBody } = await copyWithMarks(path, copy);
  const room = longestBody > 8 * mebibyte ? withRoom(longestBody) : likelyRoom(2 * longestBody);
  return { path: copy, maximumBodyBytes: room, marks };
}

/**
 * Another way, after the first failed with `error`: with room for the longest body, and with half surrogate pairs marked. Throws what
 * inspectPages finds wrong with the pages, or `error` itself where they are not the reason. Transformed pages have been inspected.
 */
export async function secondReading(
  range: InspectedPages & { readonly transformed: string | undefined },
  first: PagesFile,
  copy: string,
  error: unknown,
): Promise<PagesFile> {
  if (outOfMemory.test(String(error))) throw error;
  const { longestBody, loneSurrogates } =
    range.transformed === undefined ? await inspectPages(range) : await look(range.transformed);
  // A copy has room and marks for all of that
  if (first.marks !== undefined) throw error;
  if (loneSurrogates) return readCopy(first.path, copy);
  if (longestBody > first.maximumBodyBytes)
    return { path: first.path, maximumBodyBytes: withRoom(longestBody) };
  throw error;
}

async function look(path: string): Promise<InspectionResult> {
  let longestBody = 0;
  let loneSurrogates = false;
  for await (const { bytes } of pageBodies(path)) {
    longestBody = Math.max(longestBody, bytes.length);
    loneSurrogates ||= holdsLoneSurrogate(bytes);
  }
  return { longestBody, loneSurrogates };
}

const outOfMemory = /Out of Memory Error/;

/** Names the range, and what to do, where DuckDB's own message is all there is; any other error is given back as it is. */
export function explained(error: unknown, range: InspectedPages): unknown {
  if (error instanceof BaseloadError) return error;
  const message = String(error).split('\n')[0] ?? '';
  const pages = pagesName(range);
  if (outOfMemory.test(message))
    return new ConfigurationError(
      `${pages} do not fit into DuckDB's memory: give the worker more, or a range fewer pages (${message.slice(0, 200)})`,
      { cause: error },
    );
  if (error instanceof UnusablePages || /JSON/.test(message))
    return new PermanentError(`${pages} cannot be read: ${withoutPaths(message).slice(0, 200)}`, {
      cause: error,
    });
  return error;
}

/** DuckDB names the file, which is gone when anybody reads this. */
function withoutPaths(message: string): string {
  return message.replace(/ in file "[^"]*"/g, '');
}

/** A power of two, 1 to 16 MiB. */
function likelyRoom(bytes: number): number {
  const likely = 2 ** Math.ceil(Math.log2(bytes + 1));
  return Math.min(Math.max(likely, mebibyte), 16 * mebibyte);
}

/** The newline after a body, and bodies that come near it. */
function withRoom(longestBody: number): number {
  return longestBody + mebibyte;
}
