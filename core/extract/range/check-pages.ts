import type { PageRange, PagesRange } from '../../plan/plan';
import type { Dataset } from '../../source/source';
import { EmptyPageError, LongPageError, RepeatedPageError, ShortPageError } from '../guard-errors';
import { pageName, sliceName } from '../page/page-name';
import type { PageOrigin } from './fetched-range';

/** What shaping saw of the pages of a range, in the order of their bodies. */
export interface ShapedPages {
  readonly recordsPerPage: readonly number[];
  /** Hash of each page's first record; undefined for a page without any. */
  readonly firstRecords: readonly (string | undefined)[];
  /** Totals of the slice that the pages named; undefined where they name none. */
  readonly totals?: { readonly min: number } | undefined;
}

/** What a page is called by. */
type NamedPage = Pick<PageOrigin, 'slice' | 'page'>;

/**
 * Checks what the pages of a range hold against what was asked for, where a source that misbehaves would make records
 * missing or double without a word. Throws a RepeatedPageError for two pages of a slice that begin with the same record, and for
 * pages that can be counted an EmptyPageError or ShortPageError before the slice's last page and a LongPageError: see
 * each for what it means.
 */
export function checkPages(
  range: PageRange,
  origins: readonly NamedPage[],
  { recordsPerPage, firstRecords, totals }: ShapedPages,
  dataset: Pick<Dataset, 'name' | 'pagination'>,
): void {
  checkRepeats(origins, firstRecords, dataset);
  if (range.type !== 'pages') return;
  const slicePages = stillThere(range, totals);
  const records = new Map(origins.map(({ page }, at) => [page, recordsPerPage[at] ?? 0]));
  for (let page = range.firstPage; page < range.firstPage + range.pages; page += 1) {
    // A page without a body is one whose status said that there is nothing.
    checkPage({ range: { ...range, slicePages }, page, records: records.get(page) ?? 0, dataset });
  }
}

/** Pages that the slice had when it was smallest: where records were deleted since it was planned, others are no longer full, or there. */
function stillThere({ slicePages, pageSize }: PagesRange, totals: ShapedPages['totals']): number {
  if (totals === undefined) return slicePages;
  return Math.min(slicePages, Math.max(1, Math.ceil(totals.min / pageSize)));
}

function checkRepeats(
  origins: readonly NamedPage[],
  firstRecords: readonly (string | undefined)[],
  dataset: Pick<Dataset, 'name' | 'pagination'>,
): void {
  const seen = new Map<string, number>();
  origins.forEach(({ slice, page }, at) => {
    const first = firstRecords[at];
    if (first === undefined) return;
    const key = `${slice} ${first}`;
    const earlier = seen.get(key);
    if (earlier === undefined) {
      seen.set(key, page);
      return;
    }
    throw new RepeatedPageError(
      `pages ${earlier + 1} and ${page + 1} of ${sliceName(slice, dataset.name)} begin with the same record, so the source does not give the page that it is asked for: check the names that pagination '${dataset.pagination.type}' sends its parameters by, and that the request sorts`,
    );
  });
}

interface CountedPage {
  readonly range: Pick<PagesRange, 'slice' | 'pageSize' | 'total' | 'slicePages'>;
  readonly page: number;
  readonly records: number;
  readonly dataset: Pick<Dataset, 'name' | 'pagination'>;
}

/** Checks one page of a slice whose pages are counted: see checkPages. */
export function checkPage({ range, page, records, dataset }: CountedPage): void {
  const { slice, pageSize, total, slicePages } = range;
  const isLast = page >= slicePages - 1;
  const what = pageName({ slice, page }, dataset.name);
  if (!isLast && records === 0) {
    throw new EmptyPageError(
      `${what} holds no records, though the source said that its slice has ${slicePages} pages: records were deleted meanwhile, or the source gives up on deep pages; run it again, or cut the dataset into slices`,
    );
  }
  if (!isLast && !mayBeUneven(dataset) && records < pageSize) {
    throw new ShortPageError(
      `${what} holds ${records} records and not the ${pageSize} that were asked for, though more pages follow: the source clamps the page size (set pageSize to what it gives), records were deleted or hidden while it was loaded (run it again), or its pages are uneven (declare total: { type: 'none' })`,
    );
  }
  // Offsets are counted by the page size, whether or not a total is known.
  const isCounted = total !== undefined || dataset.pagination.type === 'offset';
  if (isCounted && records > pageSize) {
    throw new LongPageError(
      `${what} holds ${records} records, more than the ${pageSize} that were asked for, so that pages overlap or records are left over: set pageSize to what the source gives, and check sizeParameter`,
    );
  }
}

/** Where pages are only looked for until one is empty, they may hold as many records as they like. */
function mayBeUneven({ pagination }: Pick<Dataset, 'pagination'>): boolean {
  return 'total' in pagination && pagination.total?.type === 'none';
}
