import { ThrottledError } from '../../errors';
import type { ChainRange, Position } from '../../plan/plan';
import { type ChainPage, followChain, saysTotal } from './follow-chain';
import { appendPage, type RangeOutcome, type RangeWork, type SliceOfPage } from './range-work';

/**
 * Follows a slice's chain from the range's position: at least one page, and then until the chain ends, the range is full
 * or the budget is spent. What is left is named by `next`. A wait that is too long to be sat out ends the range, too,
 * once it holds a page: so a source that allows little at a time is loaded little by little, and not from the same
 * position over and over.
 */
export async function fetchChain(range: ChainRange, work: RangeWork): Promise<RangeOutcome> {
  const slice = { name: range.slice, parameters: range.parameters };
  const most = Math.min(work.pagesPerRange, range.mostPages ?? work.pagesPerRange);
  const stretch = await followStretch(work, slice, range.position, most);
  const left = range.mostPages === undefined ? undefined : range.mostPages - stretch.pages;
  const goesOn = stretch.position !== undefined && left !== 0;
  return {
    totals: stretch.totals,
    expected: range.position.page === 0 ? stretch.expected : undefined,
    next: goesOn
      ? [
          {
            type: 'chain',
            slice: range.slice,
            parameters: range.parameters,
            index: range.index + 1,
            position: stretch.position,
            ...(left === undefined ? {} : { mostPages: left }),
          },
        ]
      : [],
  };
}

/** Some pages of a chain, one after the other. */
export interface Stretch {
  /** Pages written. */
  readonly pages: number;
  /** Of the page that follows; undefined at the end of the chain. */
  readonly position: Position | undefined;
  readonly totals: readonly number[];
  /** Records that the first page says the slice holds; undefined where it does not say. */
  readonly expected: number | undefined;
}

/** Writes pages from a position on: at least one, and at most so many. See fetchChain. */
export async function followStretch(
  work: RangeWork,
  slice: SliceOfPage,
  from: Position,
  mostPages: number,
): Promise<Stretch> {
  const totals: number[] = [];
  let position: Position | undefined = from;
  let expected: number | undefined;
  let pages = 0;
  while (position !== undefined && pages < mostPages && !(pages > 0 && work.budget.spent)) {
    const page: ChainPage | undefined = await followUnlessThrottled(work, slice, position, pages);
    if (page === undefined) break;
    if (pages === 0) expected = expectedOf(page, work);
    const { seen } = page;
    if (seen !== undefined) {
      await appendPage(work, slice, position.page, seen);
      pages += 1;
      if (seen.content.total !== undefined) totals.push(seen.content.total);
    }
    position = page.following;
  }
  return { pages, position, totals, expected };
}

/** Where nothing is there, nothing is expected. */
function expectedOf({ seen }: ChainPage, work: RangeWork): number | undefined {
  if (!saysTotal(work)) return undefined;
  return seen === undefined ? 0 : seen.content.total;
}

async function followUnlessThrottled(
  work: RangeWork,
  slice: SliceOfPage,
  position: Position,
  pages: number,
): Promise<ChainPage | undefined> {
  try {
    return await followChain(work, slice, position);
  } catch (error) {
    if (error instanceof ThrottledError && pages > 0) return undefined;
    throw error;
  }
}
