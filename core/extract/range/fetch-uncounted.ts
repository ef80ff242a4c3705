import type { UnseenSlice } from '../../plan/plan';
import type { OffsetPagination, PageNumberPagination } from '../../source/pagination';
import { findExtent, type Probe, type Repetitions, repetitions } from './find-extent';
import { appendPage, pageName, type RangeWork, type SeenPage, seePage } from './range-work';
import { halvesOf, inlinePages, remainingPages, type SliceOutcome } from './slice-outcome';

type Uncounted = PageNumberPagination | OffsetPagination;

/**
 * Loads the first pages of a slice of which the source does not say how much it holds, up to the first empty page or, in
 * a bigger slice, five of them; then finds out how many there are by looking at a few (see findExtent). The pages that
 * are only looked at are loaded later. Rejects with a RepeatedPageError when two pages are the same.
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
  const see = (page: number) => seePage(work, slice, { page, pageSize });
  const repeated = repetitions((page) => pageName(work, slice, page));

  // A slice that is too big is not kept: whether it is must be known before its first page is written.
  const look = isLast(first) ? undefined : await lookAtWindow(see, first, pagination, repeated);
  if (look?.isFull) return halvesOf(work, slice, `at least ${look.records} records`, pagination);

  let pages = 0;
  let seen: SeenPage | undefined = first;
  while (seen !== undefined) {
    if (pages === 0 || seen.content.records > 0) {
      await appendPage(work, slice, pages, seen.page.body);
      pages += 1;
    }
    if (isLast(seen) || pages === mostPages || pages === look?.empty) return begun();
    repeated(pages - 1, seen.page.body);
    if (pages === inlinePages) break;
    seen = pages === 1 && look?.second ? look.second : await see(pages);
  }
  if (seen === undefined) return begun();
  const probe = async (page: number) => toProbe(await see(page));
  const slicePages = await findExtent(probe, { known: pages - 1, empty: look?.empty, repeated });
  const to = Math.min(slicePages, mostPages);
  return {
    type: 'begun',
    next: remainingPages(work, slice, { pageSize, pages: slicePages, from: pages, to }),
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
  return records === 0 || hasMore === false;
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
  { resultWindow }: Uncounted,
  repeated: Repetitions,
): Promise<WindowLook | undefined> {
  if (resultWindow === undefined) return undefined;
  const { records } = first.content;
  const pages = Math.floor(resultWindow / records);
  if (pages <= 1) return { isFull: true, records, empty: 1 };
  repeated(0, first.page.body);
  // Most slices are small: of them, the second page is the first empty one.
  const second = await see(1);
  if (second === undefined || second.content.records === 0) return { isFull: false, records, empty: 1 };
  repeated(1, second.page.body);
  const last = pages === 2 ? second : await see(pages - 1);
  const held = last?.content.records ?? 0;
  if (last !== undefined && held > 0) repeated(pages - 1, last.page.body);
  return { isFull: held >= records, records: records * pages, empty: held === 0 ? pages - 1 : pages, second };
}

function toProbe(seen: SeenPage | undefined): Probe | undefined {
  return seen && { body: seen.page.body, records: seen.content.records, hasMore: seen.content.hasMore };
}
