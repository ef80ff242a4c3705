import { stat } from 'node:fs/promises';
import { BaseloadError, ConfigurationError, PermanentError } from '../errors';
import { type InspectedPages, type InspectionResult, inspectPages } from './inspect-pages';
import { copyWithMarks, holdsLoneSurrogate, type ReadableCopy } from './lone-surrogates';
import { pageBodies } from './page-bodies';
import { pagesName } from './pages-name';
import type { PagesFile } from './sql/sql-pages';

/** One way to read the pages of a range. */
export interface Reading extends PagesFile {
  /** Set where a copy is read in which broken characters are marked. */
  readonly marks?: ReadableCopy;
}

/** Pages were read, but are not all there or not what the dataset says. */
export class UnusablePages extends Error {}

const mebibyte = 1024 * 1024;

/**
 * The first way: the file as it is, with room for bodies of at least four times the average length, 1 to 16 MiB; a power of two, so that the ranges
 * of a dataset have one statement.
 */
export async function firstReading(path: string, pages: number): Promise<Reading> {
  const { size } = await stat(path);
  const likely = 2 ** Math.ceil(Math.log2((4 * size) / Math.max(1, pages) + 1));
  return { path, maximumBodyBytes: Math.min(Math.max(likely, mebibyte), 16 * mebibyte) };
}

/** The first way for transformed pages, whose longest line is known. */
export function transformedReading(path: string, longestLine: number): Reading {
  return { path, maximumBodyBytes: withRoom(longestLine) };
}

/**
 * Another way, after the first failed with `error`: with room for the longest body, and with half surrogate pairs marked. Throws what
 * inspectPages finds wrong with the pages, or `error` itself where they are not the reason. Transformed pages have been inspected.
 */
export async function secondReading(
  range: InspectedPages & { readonly transformed: boolean },
  first: Reading,
  copy: string,
  error: unknown,
): Promise<Reading> {
  if (outOfMemory.test(String(error))) throw error;
  const { path } = first;
  const { longestBody, loneSurrogates } = range.transformed ? await look(path) : await inspectPages(range);
  if (loneSurrogates) {
    const marks = await copyWithMarks(path, copy);
    return { path: copy, maximumBodyBytes: withRoom(marks.longestBody), marks };
  }
  if (longestBody > first.maximumBodyBytes) return { path, maximumBodyBytes: withRoom(longestBody) };
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

/** The newline after a body, and bodies that come near it. */
function withRoom(longestBody: number): number {
  return longestBody + mebibyte;
}
