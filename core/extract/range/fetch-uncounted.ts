import type { UnseenSlice } from '../../plan/plan';
import type { OffsetPagination, PageNumberPagination } from '../../source/pagination';
import { EmptyPageError } from '../guard-errors';
import { findExtent, isEmpty, type Probe, type Repetitions, repetitions } from './find-extent';
import { appendPage, pageName, type RangeWork, type SeenPage, seePage } from './range-work';
import { halvesOf, inlinePages, remainingPages, type SliceOutcome } from './slice-outcome';

type Uncounted = PageNumberPagination | OffsetPagination;

/**
 * Loads the first pages of a slice of which the source does not say how much it holds, up to the first empty page or, in
 * a bigger slice, five of them; then finds out how many there are by looking at a few (see findExtent). The pages that
 * are only looked at are loaded later. Rejects with a RepeatedPageError when two pages are the same, and with an
 * EmptyPageError when a status says that a page is not there that follows by the flag of the one before.
 */
export async function fetchUncounted(
  work: RangeWork,
  slice: UnseenSlice,
  pagination: Uncounted,
  mostPages = Number.POSITIVE_INFINITY,
): Promise<SliceOutcome> {
  const begun = (expected?: number): SliceOutcome => ({ type: 'begun', next: [], expected, totals: [] });
  const first = await seePage(work, slice, { page: 0, pageSize: pagination.pageSize });
  if (first === undefined) return begun(0);
  const pageSize = strideOf(pagination, first);
  const flags = new Map<number, boolean | 'absent' | undefined>([[0, first.content.hasMore]]);
  const records = new Map([[0, first.content.records]]);
  const see = async (page: number) => {
    const seen = await seePage(work, slice, { page, pageSize });
    flags.set(page, seen === undefined ? 'absent' : seen.content.hasMore);
    records.set(page, seen?.content.records ?? 0);
    return seen;
  };
  const checkEnd = (pages: number) => {
    if (flags.get(pages - 1) === true && flags.get(pages) === 'absent')
      throw isNotThere(pageName(work, slice, pages));
  };
  const repeated = repetitions((page) => pageName(work, slice, page));

  // A slice that is too big is not kept: whether it is must be known before its first page is written.
  const look = isLast(first) ? undefined : await lookAtWindow(see, first, pagination, repeated);
  if (look?.isFull) return halvesOf(work, slice, `at least ${look.records} records`, pagination);

  let pages = 0;
  let seen: SeenPage | undefined = first;
  while (seen !== undefined) {
    if (pages === 0 || !isEmpty(seen.content)) {
      await appendPage(work, slice, pages, seen);
      pages += 1;
    }
    if (pages === look?.empty) checkEnd(pages);
    if (isLast(seen) || pages === mostPages || pages === look?.empty) return begun();
    if (seen.content.records > 0) repeated(pages - 1, seen.page.body);
    if (pages === inlinePages) break;
    seen = pages === 1 && look?.second ? look.second : await see(pages);
  }
  if (seen === undefined) {
    checkEnd(pages);
    return begun();
  }
  const probe = async (page: number) => toProbe(await see(page));
  const slicePages = await findExtent(probe, { known: pages - 1, empty: look?.empty, repeated });
  checkEnd(slicePages);
  const to = Math.min(slicePages, mostPages);
  return {
    type: 'begun',
    next: remainingPages(work, slice, {
      pageSize,
      pages: slicePages,
      from: pages,
      to,
      // The last page is one of those that were looked at.
      lastPageRecords: records.get(slicePages - 1),
    }),
    expected: undefined,
    totals: [],
  };
}

/**
 * How far apart pages are. Page numbers count pages of whatever size the source makes them, but offsets count records: a
 * source that gives fewer or more of them than it is asked for would leave a gap, or repeat some.
 */
function strideOf(pagination: Uncounted, { content: { records } }: SeenPage): number {
  return pagination.type === 'offset' && records > 0 ? records : pagination.pageSize;
}

function isLast({ content: { records, hasMore } }: SeenPage): boolean {
  return isEmpty({ records, hasMore }) || hasMore === false;
}

function isNotThere(where: string): EmptyPageError {
  return new EmptyPageError(
    `${where} is not there, though the page before says that more follow: records were deleted meanwhile, or 'statuses' takes a failure for an empty page`,
  );
}

/** What a look at the end of what the source shows has told. */
interface WindowLook {
  /** Whether the slice reaches it. */
  readonly isFull: boolean;
  /** Records up to there. */
  readonly records: number;
  /** Position of a page that is known to be empty, or beyond what the source shows. */
  readonly empty: number;
  /** The second page, if it holds records. */
  readonly second?: SeenPage;
}

/** Looks at the last page that the source shows of any slice; nothing behind it is ever asked for. */
async function lookAtWindow(
  see: (page: number) => Promise<SeenPage | undefined>,
  first: SeenPage,
  { resultWindow, pageSize }: Uncounted,
  repeated: Repetitions,
): Promise<WindowLook | undefined> {
  if (resultWindow === undefined) return undefined;
  // A page without any may be followed by others all the same.
  const records = first.content.records || pageSize;
  const pages = Math.floor(resultWindow / records);
  if (pages <= 1) return { isFull: true, records, empty: 1 };
  if (first.content.records > 0) repeated(0, first.page.body);
  // Most slices are small: of them, the second page is the first empty one.
  const second = await see(1);
  if (second === undefined || isEmpty(second.content)) return { isFull: false, records, empty: 1 };
  if (second.content.records > 0) repeated(1, second.page.body);
  const last = pages === 2 ? second : await see(pages - 1);
  const held = last?.content.records ?? 0;
  if (last !== undefined && held > 0) repeated(pages - 1, last.page.body);
  const goesOn = last?.content.hasMore === true;
  const empty = held === 0 && !goesOn ? pages - 1 : pages;
  return { isFull: held >= records || goesOn, records: records * pages, empty, second };
}

function toProbe(seen: SeenPage | undefined): Probe | undefined {
  return seen && { body: seen.page.body, records: seen.content.records, hasMore: seen.content.hasMore };
}
