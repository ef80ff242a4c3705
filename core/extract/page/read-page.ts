import type { Extent, Pagination, Total } from '../../source/pagination';
import { type Path, parsePath } from '../../source/path';
import type { Dataset } from '../../source/source';
import { CutOffBodyError, RecordsNotFoundError, TotalNotFoundError } from '../guard-errors';
import { describeJson, namesIn } from './describe-json';
import type { Page } from './fetch-page';
import { exactText, type FindPart, kindOf, parse, partsOf } from './json-value';
import { countToLastLink } from './last-link';
import { MalformedJsonError } from './malformed-json';
import { type NextPage, nextPage, nextPath } from './next-page';
import type { PageToRead } from './page-to-read';
import type { PageRequest } from './request';
import type { JsonPart } from './scan-json';
import { toTotal } from './total';

/** What a page says about itself and what follows. */
export interface PageContent extends NextPage {
  /** Records in it. */
  readonly records: number;
  /** Records that the source says the slice holds; undefined where it does not say here. */
  readonly total: number | undefined;
  /** Pages that it says, or the link to the last page shows, the slice holds. */
  readonly totalPages: number | undefined;
  /** Cursor, absolute URL or last record's key, as exact text, that the next page is asked for by; undefined where the page names none. */
  readonly next: string | undefined;
  /** Whether pages follow; undefined where no flag is declared, or it is not there. */
  readonly hasMore: boolean | undefined;
}

/**
 * Reads what paging needs of a page, without making JavaScript values of its records. `where` names dataset, slice and
 * page. Throws a CutOffBodyError (transient) for malformed JSON, and permanent errors: RecordsNotFoundError, TotalNotFoundError
 * for a total that is no number, NextPageNotFoundError, ForeignLinkError, and one for a next page that is named by a credential. A total that is missing is undefined: some
 * sources give it on the first page only.
 */
export function readPage(dataset: Dataset, page: Page, request: PageRequest, where: string): PageContent {
  try {
    const find = partsOf(page.body, pathsOf(dataset));
    return readParts({ dataset, page, find, request, where });
  } catch (cause) {
    if (!(cause instanceof MalformedJsonError)) throw cause;
    const reason = `${where} is cut off or malformed JSON (${cause.message}): fetch it again`;
    throw new CutOffBodyError(reason, { cause, evidence: { request: `${request.method} ${request.url}` } });
  }
}

/** All that is looked for in a body, so that one pass finds it. */
function pathsOf({ records, pagination }: Dataset): readonly Path[] {
  const extent = extentOption(pagination);
  const total = isTotal(extent) && extent.type === 'body' ? extent.path : undefined;
  const paths = [records, total, flagPath(pagination), nextPath(pagination)];
  return paths.filter((path) => path !== undefined).map(parsePath);
}

function readParts(read: PageToRead): PageContent {
  const { pagination } = read.dataset;
  const records = readRecords(read);
  const hasMore = readFlag(read.find, flagPath(pagination));
  const extent = extentOption(pagination);
  const counted = isTotal(extent) ? { [extent.counts]: readTotal(read, extent) } : {};
  return {
    records: records.count,
    total: counted.records,
    totalPages: extent?.type === 'last-link' ? countToLastLink(read, extent, records.count) : counted.pages,
    ...nextPage(read, records.last, hasMore),
    hasMore,
  };
}

function readRecords({ dataset, page, find, where }: PageToRead): {
  readonly count: number;
  readonly last: Buffer | undefined;
} {
  const records = find(parsePath(dataset.records));
  if (records?.elements) return records.elements;
  const place = dataset.records === '' ? 'as its body' : `at '${dataset.records}'`;
  throw new RecordsNotFoundError(
    `${where} holds ${describeJson(records, page.credentials)} ${place}, not an array of records: correct 'records'${namesIn(page.body)}`,
  );
}

function extentOption(pagination: Pagination): Extent | undefined {
  return pagination.type === 'single' ? undefined : pagination.total;
}

function isTotal(extent: Extent | undefined): extent is Total {
  return extent?.type === 'body' || extent?.type === 'header';
}

function readTotal(read: PageToRead, total: Total): number | undefined {
  const { page, where } = read;
  const { found, place } = locateTotal(read, total);
  if (found === undefined || kindOf(found.bytes) === 'null') return undefined;
  const isScalar = exactText(found.bytes) !== undefined;
  const number = isScalar ? toTotal(parse(found.bytes)) : undefined;
  if (number !== undefined) return number;
  throw new TotalNotFoundError(
    `${where} holds ${describeJson(found, page.credentials)} ${place}, not a whole number of ${total.counts}: correct 'total'${total.type === 'body' ? namesIn(page.body) : ''}`,
  );
}

/** Where the total stands, as JSON: a header's value is a text. */
function locateTotal(
  { page, find }: PageToRead,
  total: Total,
): { readonly found: JsonPart | undefined; readonly place: string } {
  if (total.type === 'body') {
    return { found: find(parsePath(total.path)), place: `at '${total.path}'` };
  }
  const header = page.headers[total.name.toLowerCase()];
  const found = header === undefined ? undefined : { bytes: Buffer.from(JSON.stringify(header)) };
  return { found, place: `in header '${total.name}'` };
}

function flagPath(pagination: Pagination): string | undefined {
  if (pagination.type === 'single') return undefined;
  if ('hasMore' in pagination) return pagination.hasMore;
  return pagination.total?.type === 'none' ? pagination.total.hasMore : undefined;
}

/** Sources write flags as true, 1 and "true", and as the link or number that they stand for. */
function readFlag(find: FindPart, path: string | undefined): boolean | undefined {
  const value = path === undefined ? undefined : find(parsePath(path))?.bytes;
  if (value === undefined) return undefined;
  const text = exactText(value);
  if (text === undefined) return kindOf(value) !== 'null';
  return !/^(|false|no|0|null)$/i.test(text.trim());
}
