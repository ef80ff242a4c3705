import type { AuthInput } from '../source/input/auth-input';
import type { PaginationInput } from '../source/input/pagination-input';
import { formatPath } from '../source/path';
import { type FoundColumn, findColumns } from './find-columns';
import { findKey } from './find-key';
import { findLimits } from './find-limits';
import { findPagination } from './find-pagination';
import type { RecordsFound } from './find-records';
import { sure, unsure } from './found-pagination';
import { canonicalText, isObject, type Json } from './json-tree';
import { type Finding, type Inquiry, type Look, recordsOf } from './look';
import { type Address, addressOf } from './source-names';

/** What is known before the source is asked. */
export interface Wanted {
  readonly name: string;
  readonly datasetName: string;
  readonly url: URL;
  readonly auth: AuthInput;
  readonly headers: Readonly<Record<string, string>>;
}

/** A source with one dataset, and how each part of it is known. */
export interface Proposal extends Address {
  readonly wanted: Wanted;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly pagination: PaginationInput;
  readonly records: string;
  readonly key: readonly string[];
  readonly columns: readonly FoundColumn[];
  readonly leftOut: readonly string[];
  readonly requestsPerSecond: number;
  readonly findings: readonly Finding[];
  readonly seen: { readonly records: number; readonly pages: number };
}

/** Proposes a source by its first page and the pages that it asks for; `now` in milliseconds since the epoch. */
export function* propose(wanted: Wanted, first: Look, found: RecordsFound, now: number): Inquiry<Proposal> {
  const paging = yield* findPagination(first, found.path);
  const looks = [first, ...paging.looks];
  const records = withoutRepeats(looks.map((look) => recordsOf(look, found.path) ?? []));
  const { columns, leftOut } = findColumns(records);
  const key = findKey(columns, wanted.datasetName, records.length);
  const limits = findLimits(first.headers, now);
  const path = formatPath(found.path);
  return {
    ...addressOf(wanted.url),
    wanted,
    query: queryOf(wanted.url, paging.parameters),
    pagination: paging.pagination,
    records: path,
    key: key.key,
    // A key that is empty in all records would not be declared otherwise.
    columns: columns.map((column) =>
      key.key.includes(column.name) ? { ...column, isEmpty: false } : column,
    ),
    leftOut,
    requestsPerSecond: limits.requestsPerSecond,
    findings: [
      recordsFinding(path, found),
      ...paging.findings,
      key.finding,
      limits.finding,
      columnsFinding(columns, leftOut),
    ],
    seen: { records: records.length, pages: looks.length },
  };
}

/** Pages may overlap, as a larger one does with the first: a record that came before is no second one. */
function withoutRepeats(pages: readonly (readonly Json[])[]): readonly Json[] {
  const seen = new Set<string>();
  return pages.flatMap((records, at) => {
    const objects = records.filter(isObject);
    const texts = objects.map(canonicalText);
    const fresh = objects.filter((_, index) => at === 0 || !seen.has(texts[index] ?? ''));
    for (const text of texts) seen.add(text);
    return fresh;
  });
}

/** Lists besides the records that are named. */
const mostLists = 3;

function recordsFinding(path: string, { records, others, isComplaint }: RecordsFound): Finding {
  const where = path === '' ? 'the body is the list' : `at '${path}'`;
  const noObjects = records.length - records.filter(isObject).length;
  const named = others.slice(0, mostLists).map((other) => `'${other.path}' (${other.length})`);
  const more = others.length > named.length ? [...named, '…'] : named;
  const besides = others.length === 0 ? '' : `; the body holds other lists at ${more.join(', ')}`;
  if (noObjects > 0)
    return unsure(
      'records',
      `${where}, but ${noObjects} of ${records.length} are no objects and would be quarantined${besides}`,
    );
  if (isComplaint)
    return unsure(
      'records',
      `${where}: ${records.length}, which may tell what went wrong rather than be records`,
    );
  const finding = others.some(({ isClose }) => isClose) ? unsure : sure;
  return finding('records', `${where}: ${records.length} on the first page${besides}`);
}

function columnsFinding(columns: readonly FoundColumn[], leftOut: readonly string[]): Finding {
  const doubtful = columns.filter(({ checks }) => checks.length > 0).length;
  const all = `${columns.length} fields`;
  const omitted =
    leftOut.length === 0
      ? ''
      : `; ${leftOut.length} more were left out: ${leftOut.slice(0, 5).join(', ')}${leftOut.length > 5 ? ' …' : ''}`;
  return doubtful === 0 && leftOut.length === 0
    ? sure('columns', `${all}, each of a type that takes every value seen`)
    : unsure('columns', `${all}, of which ${doubtful} should be checked${omitted}`);
}

function queryOf(url: URL, taken: readonly string[]): Record<string, string | readonly string[]> {
  const names = [...new Set(url.searchParams.keys())].filter((name) => !taken.includes(name));
  return Object.fromEntries(
    names.map((name) => {
      const values = url.searchParams.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}
