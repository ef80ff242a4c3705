import { isUtf8 } from 'node:buffer';
import {
  CutOffBodyError,
  NotJsonError,
  RecordsNotFoundError,
  TotalNotFoundError,
} from '../extract/guard-errors';
import { toTotal } from '../extract/page/total';
import type { PageOrigin } from '../extract/range/fetched-range';
import { locate, members, skipWhiteSpace } from '../json/json-text';
import { formatPath, type Path, readPath } from '../source/path';
import { holdsLoneSurrogate } from './lone-surrogates';
import { pageBodies } from './page-bodies';
import { bodyName, pagesName } from './pages-name';
import { type PageLayout, refusesRepeatedKeys } from './sql/sql-pages';

/** What is looked at, and how it is named in messages. */
export interface InspectedPages {
  readonly dataset: string;
  readonly path: string;
  readonly layout: PageLayout;
  /** One per body. */
  readonly origins: readonly PageOrigin[];
}

/** What well-formed pages can still have that DuckDB does not read at first. */
export interface InspectionResult {
  readonly longestBody: number;
  readonly loneSurrogates: boolean;
}

/**
 * Finds out, page by page, why a range could not be shaped. Throws a TransientError for a page that is cut off, malformed or empty (fetch
 * it again), a PermanentError (see guard-errors.ts) for one that is not what the dataset says; both name the page.
 */
export async function inspectPages(range: InspectedPages): Promise<InspectionResult> {
  let longestBody = 0;
  let loneSurrogates = false;
  let count = 0;
  for await (const { bytes, ended } of pageBodies(range.path)) {
    const name = bodyName(range, count);
    const page = ended ? parse(bytes, name) : undefined;
    if (page === undefined) throw malformed(name, bytes);
    checkText(bytes, name);
    checkKeys(bytes, range.layout, name);
    checkRecords(readPath(page.value, range.layout.records), range.layout, name);
    checkTotal(page.value, range.layout, name);
    longestBody = Math.max(longestBody, bytes.length);
    loneSurrogates ||= holdsLoneSurrogate(bytes);
    count += 1;
  }
  checkCount(count, range);
  return { longestBody, loneSurrogates };
}

function parse(bytes: Buffer, name: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(bytes.toString('utf8')) };
  } catch (cause) {
    throw malformed(name, bytes, cause);
  }
}

function malformed(name: string, bytes: Buffer, cause?: unknown): CutOffBodyError {
  return new CutOffBodyError(`${name} is cut off or malformed JSON: fetch it again`, {
    evidence: { excerpt: bytes.toString('utf8', 0, 200) },
    cause,
  });
}

function checkText(bytes: Buffer, name: string): void {
  if (!isUtf8(bytes))
    throw new NotJsonError(
      `${name} is not UTF-8, which JSON must be (RFC 8259): ask the source to send UTF-8`,
    );
}

function checkRecords(records: unknown, { records: path }: PageLayout, name: string): void {
  if (Array.isArray(records)) return;
  const subject = path.length === 0 ? 'the body' : `'${formatPath(path)}'`;
  const what = records === undefined ? 'is missing' : `is ${kindOf(records)}`;
  throw new RecordsNotFoundError(
    `${name}: ${subject} ${what}, not an array of records: correct the dataset's records path`,
  );
}

function checkTotal(page: unknown, { total: path }: PageLayout, name: string): void {
  if (path === undefined) return;
  const total = readPath(page, path);
  if (toTotal(total) !== undefined) return;
  const what = total === undefined ? 'is missing' : `is ${shown(total)}`;
  throw new TotalNotFoundError(
    `${name}: the total at '${formatPath(path)}' ${what}, not a whole number of records: correct pagination.total`,
  );
}

function checkKeys(bytes: Buffer, layout: PageLayout, name: string): void {
  if (!refusesRepeatedKeys(layout)) return;
  const { records, total = [] } = layout;
  const repeated = repeatedOn(bytes, records) ?? repeatedOn(bytes, total);
  if (repeated === undefined) return;
  throw new NotJsonError(
    `${name}: '${formatPath(repeated)}' is there twice, so nobody can tell which one counts: the source must send each key once`,
  );
}

/** The first part of a path whose key is in its object more than once. */
function repeatedOn(bytes: Buffer, path: Path): Path | undefined {
  for (const [depth, key] of path.entries()) {
    const start = depth === 0 ? skipWhiteSpace(bytes, 0) : locate(bytes, path.slice(0, depth));
    if (start === undefined) return undefined;
    const found = [...members(bytes, start)].filter((member) => member.key === key);
    if (found.length > 1) return path.slice(0, depth + 1);
  }
  return undefined;
}

function checkCount(count: number, inspected: InspectedPages): void {
  const pages = inspected.origins.length;
  if (count === pages) return;
  const range = pagesName(inspected);
  if (count < pages)
    throw new CutOffBodyError(
      `${range} came with ${count} bodies instead of ${pages}, so a body is empty: fetch them again`,
    );
  throw new NotJsonError(
    `${range} hold ${count} JSON values instead of ${pages}: a body must be one JSON value, not several`,
  );
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
