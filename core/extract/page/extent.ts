import { PermanentError } from '../../errors';
import { type Extent, isCountable } from '../../source/pagination';
import type { Dataset } from '../../source/source';
import { TotalNotFoundError } from '../guard-errors';
import type { PageContent } from './read-page';

/** How much a countable slice holds. */
export interface Extent0 {
  /** Records that the source says it holds; undefined where it only counts pages. */
  readonly total?: number;
  /** At least 1: the first page of an empty slice is there, too. */
  readonly pages: number;
  /** Records per page that the source really gives: sources clamp what they are asked for. */
  readonly pageSize: number;
}

/**
 * How much a slice holds, by its first page. `where` names that page. Throws a TotalNotFoundError where the page does
 * not say, and a PermanentError where what it says contradicts its records.
 */
export function extentOf(
  { pagination }: Pick<Dataset, 'pagination'>,
  { records, total, totalPages }: PageContent,
  where: string,
): Extent0 {
  if (pagination.type === 'single') return { total: records, pages: 1, pageSize: Math.max(1, records) };
  if (!isCountable(pagination)) throw new Error(`${pagination.type} pages cannot be counted`);
  const asked = pagination.pageSize;
  if (total !== undefined) {
    checkTotal(records, total, where);
    const pageSize = givenSize(asked, records, records < total);
    return { total, pages: Math.max(1, Math.ceil(total / pageSize)), pageSize };
  }
  if (totalPages !== undefined) {
    checkPageCount(records, totalPages, where);
    return { pages: Math.max(1, totalPages), pageSize: givenSize(asked, records, totalPages > 1) };
  }
  throw new TotalNotFoundError(
    `${where} holds nothing ${placeOf(pagination.total)}: correct 'total'${whereFull(pagination, records)}`,
  );
}

/** One full page and no link may be all there is, or a source without such links. */
function whereFull({ total, pageSize }: { total: Extent; pageSize: number }, records: number): string {
  if (total.type !== 'last-link' || records < pageSize) return '';
  return `; if it holds exactly ${records} records, ask for another pageSize`;
}

/** More than asked for means that the source has its own page size; fewer though more follow, that it has a limit. */
function givenSize(asked: number, records: number, moreFollow: boolean): number {
  return records > asked || (records < asked && moreFollow) ? records : asked;
}

function checkTotal(records: number, total: number, where: string): void {
  if (records <= total && (records > 0 || total === 0)) return;
  throw new PermanentError(
    `${where} holds ${records} records though it says that there are ${total} in all: check where total and records are read`,
  );
}

function checkPageCount(records: number, totalPages: number, where: string): void {
  if (totalPages === 0 ? records === 0 : records > 0 || totalPages === 1) return;
  throw new PermanentError(
    `${where} holds ${records} records though it says that there are ${totalPages} pages in all: check where total and records are read`,
  );
}

/** Where a page must say how much there is. */
export function placeOf(extent: Extract<Dataset['pagination'], { type: 'page-number' }>['total']): string {
  switch (extent.type) {
    case 'body':
      return `at '${extent.path}' that says how many ${extent.counts} there are`;
    case 'header':
      return `in header '${extent.name}' that says how many ${extent.counts} there are`;
    case 'last-link':
      return `${extent.path === undefined ? 'in the Link header' : `at '${extent.path}'`} that links to the last page`;
    case 'none':
      return 'that says how much there is, since total is none';
  }
}
