import { ThrottledError } from '../../errors';
import type { Sequence, UnseenSlice } from '../../plan/plan';
import { isCountable } from '../../source/pagination';
import { EmptyPageError } from '../guard-errors';
import { type Extent0, extentOf } from '../page/extent';
import { checkPage } from './check-pages';
import { followStretch } from './fetch-chain';
import { fetchUncounted } from './fetch-uncounted';
import { appendPage, pageName, type RangeWork, type SeenPage, seePage } from './range-work';
import { halvesOf, inlinePages, remainingPages, type SliceOutcome } from './slice-outcome';

/**
 * Loads the first pages of a slice, all of them if it is small, and names what is left. `mostPages` bounds what is
 * loaded and named together. Rejects with a ResultWindowError when the slice is larger than the source shows and cannot
 * be halved, with an EmptyPageError when a page is missing that the source counts, and as checkPages, fetchPage and
 * readPage do.
 */
export async function fetchSlice(
  work: RangeWork,
  slice: UnseenSlice,
  mostPages: number | undefined,
): Promise<SliceOutcome> {
  const { pagination } = work.dataset;
  if (!isCountable(pagination)) return fetchChained(work, slice, mostPages);
  if (pagination.type !== 'single' && pagination.total.type === 'none') {
    return fetchUncounted(work, slice, pagination, mostPages);
  }
  return fetchCounted(work, slice, mostPages ?? Number.POSITIVE_INFINITY);
}

async function fetchChained(
  work: RangeWork,
  slice: UnseenSlice,
  mostPages: number | undefined,
): Promise<SliceOutcome> {
  const most = Math.min(inlinePages, mostPages ?? inlinePages);
  const { pages, position, totals, expected } = await followStretch(
    work,
    slice,
    { page: 0, records: 0 },
    most,
  );
  const left = mostPages === undefined ? undefined : mostPages - pages;
  const next: Sequence[] = [];
  if (position !== undefined && left !== 0) {
    const { name, parameters } = slice;
    const bound = left === undefined ? {} : { mostPages: left };
    next.push({ type: 'chain', slice: name, parameters, index: 0, position, ...bound });
  }
  return { type: 'begun', next, expected, totals };
}

async function fetchCounted(work: RangeWork, slice: UnseenSlice, mostPages: number): Promise<SliceOutcome> {
  const { dataset } = work;
  const { pagination } = dataset;
  const asked = 'pageSize' in pagination ? pagination.pageSize : undefined;
  const seen = await seePage(work, slice, { page: 0, pageSize: asked });
  if (seen === undefined) return { type: 'begun', next: [], expected: 0, totals: [] };
  const extent = extentOf(dataset, seen.content, pageName(work, slice, 0));
  if ('resultWindow' in pagination && pagination.resultWindow !== undefined) {
    const { resultWindow } = pagination;
    const holds = extent.total ?? extent.pages * extent.pageSize;
    if (holds >= resultWindow) return halvesOf(work, slice, `${holds} records`, { resultWindow });
  }
  await appendPage(work, slice, 0, seen);
  const pages = Math.min(extent.pages, mostPages);
  const loaded = pages <= inlinePages ? await fetchRest(work, slice, extent, pages) : 1;
  const { total } = extent;
  return {
    type: 'begun',
    next: remainingPages(work, slice, { ...extent, from: loaded, to: pages }),
    expected: total,
    totals: total === undefined ? [] : [total],
  };
}

/** Loads the pages behind the first one and resolves with how many are loaded then: fewer when time or the source says stop. */
async function fetchRest(
  work: RangeWork,
  slice: UnseenSlice,
  extent: Extent0,
  pages: number,
): Promise<number> {
  for (let page = 1; page < pages; page++) {
    if (work.budget.spent) return page;
    let seen: SeenPage | undefined;
    try {
      seen = await seePage(work, slice, { page, pageSize: extent.pageSize });
    } catch (error) {
      if (error instanceof ThrottledError) return page;
      throw error;
    }
    if (seen === undefined) {
      throw new EmptyPageError(
        `${pageName(work, slice, page)} is not there, though the source counts ${pages} pages: records were deleted meanwhile, or 'statuses' takes a failure for an empty page`,
      );
    }
    const range = { ...extent, slice: slice.name, slicePages: extent.pages };
    checkPage({ range, page, records: seen.content.records, dataset: work.dataset });
    await appendPage(work, slice, page, seen);
  }
  return pages;
}
