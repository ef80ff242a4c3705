import type { SliceLook, SliceVerdict } from './judge-slice';
import { endOf, type LaidRange, LayoutBuilder, laidRanges, rangesIn } from './layout';
import type { Layout, MovedLook } from './look';
import { whyAgain } from './sentences';

/** A slice, and what was found out about it. */
export interface Judged {
  readonly slice: SliceLook;
  readonly verdict: SliceVerdict;
}

/** Whether anything of a slice is to be fetched again. */
export function isUnsettled({ verdict: { again, fromStart } }: Judged): boolean {
  return fromStart || again.includes(1);
}

/** The second time that pages are fetched again, and each time after that, their ranges are about a quarter as long, so that less happens while one is read. */
const shorter = 4;
/** Beyond so many ranges of a slice they stay as they are. */
const mostShortRanges = 100_000;

/** A look takes no more stretches of a slice than this: what is between two of them is fetched along, the shortest first. */
const mostStretches = 10_000;

/** The look that fetches again what cannot be relied on; `round` counts such looks, from 0. */
export function movedLook(judged: readonly Judged[], look: number, round: number): MovedLook {
  const slices = judged.map((one) => (isUnsettled(one) ? layoutAfter(one, look, round) : one.slice.layout));
  const grown = judged.reduce((sum, { slice, verdict }) => sum + Math.max(0, verdict.end - slice.end), 0);
  const moved = judged.reduce((sum, { verdict }) => sum + verdict.moved + (verdict.fromStart ? 1 : 0), 0);
  return { version: 1, look, kind: 'moved', moved, grown, why: whyAgain(moved, grown), slices };
}

/** A divisor each time, so that the edges there were are edges still: what was seen of them before the ranges are read tells what happened meanwhile. */
export function shortened(pagesPerRange: number, round: number): number {
  let pages = pagesPerRange;
  for (let times = 0; times < round; times++) {
    const divisors = Array.from({ length: Math.ceil(pages / shorter) }, (_, at) => at + 1);
    pages = divisors.filter((divisor) => pages % divisor === 0).at(-1) ?? 1;
  }
  return pages;
}

function layoutAfter({ slice, verdict }: Judged, look: number, round: number): Layout {
  const { layout } = slice;
  const spans = spansToRead({ slice, verdict });
  const pages = spans.reduce((sum, [first, end]) => sum + end - first, 0);
  const short = shortened(layout.pagesPerRange, round);
  const pagesPerRange = pages / short > mostShortRanges ? layout.pagesPerRange : short;
  const builder = new LayoutBuilder();
  let index = 0;
  let span = 0;
  const readUpTo = (page: number) => {
    for (; (spans[span]?.[0] ?? Number.POSITIVE_INFINITY) < page; span++) {
      const [first = 0, end = 0] = spans[span] ?? [];
      const begins = layout.stretches.map(({ firstPage }) => firstPage);
      const edges = [first, ...begins.filter((page) => first < page && page < end), end];
      for (const [at, firstPage] of edges.slice(0, -1).entries()) {
        const stretch = { firstPage, pages: (edges[at + 1] ?? end) - firstPage, pagesPerRange, look, index };
        builder.read(stretch);
        index += rangesIn(stretch);
      }
    }
  };
  for (const range of laidRanges(layout)) {
    readUpTo(range.firstPage);
    const isRead = range.firstPage < (spans[span - 1]?.[1] ?? 0);
    const willBe = range.firstPage >= (spans[span]?.[0] ?? Number.POSITIVE_INFINITY);
    if (!isRead && !willBe && range.firstPage < verdict.end) builder.keep(range);
  }
  readUpTo(Number.POSITIVE_INFINITY);
  return { ...layout, grid: gridAfter(layout, verdict), stretches: builder.stretches };
}

/** With what the source said last. */
function gridAfter({ grid }: Layout, { total, lastPageRecords, end }: SliceVerdict): Layout['grid'] {
  const { total: _total, lastPageRecords: _records, ...same } = grid;
  return {
    ...same,
    slicePages: Math.max(1, end),
    ...(total === undefined ? {} : { total }),
    ...(lastPageRecords === undefined ? {} : { lastPageRecords }),
  };
}

type Span = readonly [first: number, end: number];

/** The pages to read, [first, end), in order: whole ranges, and what is new behind the last one. */
function spansToRead({ slice, verdict }: Judged): Span[] {
  const { layout } = slice;
  const spans: [number, number][] = [];
  const add = (first: number, end: number) => {
    const last = spans.at(-1);
    if (end <= first) return;
    if (last && last[1] >= first) last[1] = Math.max(last[1], end);
    else spans.push([first, end]);
  };
  if (verdict.fromStart) add(0, layout.stretches[0]?.firstPage ?? 0);
  let position = 0;
  for (const range of laidRanges(layout)) {
    if (verdict.again[position++]) add(range.firstPage, Math.min(lastPage(range), verdict.end));
  }
  if (verdict.end > endOf(layout)) add(endOf(layout), verdict.end);
  return fewer(spans);
}

function lastPage({ firstPage, pages }: LaidRange): number {
  return firstPage + pages;
}

function fewer(spans: readonly Span[]): Span[] {
  let kept = [...spans];
  for (let gap = 1; kept.length > mostStretches; gap *= 2) {
    const merged: Span[] = [];
    for (const span of kept) {
      const last = merged.at(-1);
      if (last && span[0] - last[1] <= gap) merged.splice(-1, 1, [last[0], span[1]]);
      else merged.push(span);
    }
    kept = merged;
  }
  return kept;
}
