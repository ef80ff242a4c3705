import { rangesPerLane } from '../../plan/make-plan';
import type { Sequence, UnseenSlice } from '../../plan/plan';
import type { OffsetPagination, PageNumberPagination } from '../../source/pagination';
import { ResultWindowError } from '../guard-errors';
import type { Extent0 } from '../page/extent';
import { halve } from './halve';
import type { RangeWork } from './range-work';

/** Pages of a slice that are loaded together with its first one: most slices are small, and a range each would cost more. */
export const inlinePages = 5;

/** What became of a slice that nobody had looked at. */
export type SliceOutcome =
  /** Its first pages are in the file. */
  | {
      readonly type: 'begun';
      /** What is left of it. */
      readonly next: readonly Sequence[];
      /** Records that the source says it holds; undefined where it does not say. */
      readonly expected: number | undefined;
      readonly totals: readonly number[];
    }
  /** It holds more than the source shows: nothing of it is kept, its halves take its place. */
  | { readonly type: 'halved'; readonly halves: readonly UnseenSlice[] };

/** The slice in halves; throws a ResultWindowError when it cannot be halved. `size` says what it holds. */
export function halvesOf(
  { source, dataset }: RangeWork,
  slice: UnseenSlice,
  size: string,
  { resultWindow }: Pick<PageNumberPagination | OffsetPagination, 'resultWindow'>,
): SliceOutcome {
  const halves = halve(slice, dataset.slices);
  if (halves !== undefined) return { type: 'halved', halves };
  const why =
    slice.window === undefined ? 'it has no window of time' : 'its window of time is the shortest there is';
  throw new ResultWindowError(
    `slice '${slice.name}' ${JSON.stringify(slice.parameters)} of ${source.name}/${dataset.name} holds ${size}, and the source shows no more than ${resultWindow} of a slice (resultWindow); it cannot be halved, since ${why}: slice the dataset finer, by a further value`,
  );
}

/** The pages [from, to) of a slice. */
export interface RemainingPages extends Extent0 {
  readonly from: number;
  readonly to: number;
  /** Of the slice's last page, where the source does not say how much it holds and that page was looked for. */
  readonly lastPageRecords?: number | undefined;
}

/** Names the pages [from, to) of a slice; nothing if there are none. */
export function remainingPages(
  { pagesPerRange, source: { limits } }: RangeWork,
  { name, parameters }: UnseenSlice,
  { from, to, pageSize, pages, total, lastPageRecords }: RemainingPages,
): Sequence[] {
  if (from >= to) return [];
  // A big slice is shared by all lanes; a small one makes no more ranges than it needs.
  const fairPart = Math.ceil((to - from) / (rangesPerLane * limits.lanes));
  return [
    {
      type: 'pages',
      slice: name,
      parameters,
      pageSize,
      slicePages: pages,
      ...(total === undefined ? {} : { total }),
      ...(lastPageRecords === undefined ? {} : { lastPageRecords }),
      firstPage: from,
      pages: to - from,
      pagesPerRange: Math.min(pagesPerRange, Math.max(inlinePages, fairPart)),
    },
  ];
}
