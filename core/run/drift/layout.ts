import type { Again } from '../../plan/plan';
import type { EdgesLook, Layout, MovedLook, Stretch } from './look';

/** One range of a layout. */
export interface LaidRange {
  readonly stretch: Stretch;
  /** Position in its stretch, from 0. */
  readonly position: number;
  readonly firstPage: number;
  readonly pages: number;
}

/** Ranges of a stretch. */
export function rangesIn({ pages, pagesPerRange }: Stretch): number {
  return Math.ceil(pages / pagesPerRange);
}

/** Ranges of a layout. */
export function countLaid({ stretches }: Layout): number {
  return stretches.reduce((sum, stretch) => sum + rangesIn(stretch), 0);
}

/** Position of the page behind the last one of a layout. */
export function endOf({ stretches }: Layout): number {
  const last = stretches.at(-1);
  return last === undefined ? 0 : last.firstPage + last.pages;
}

/** The ranges of a layout in page order. */
export function* laidRanges({ stretches }: Layout): Generator<LaidRange> {
  for (const stretch of stretches) {
    const { firstPage, pages, pagesPerRange } = stretch;
    for (let position = 0, at = 0; at < pages; position++, at += pagesPerRange) {
      yield { stretch, position, firstPage: firstPage + at, pages: Math.min(pagesPerRange, pages - at) };
    }
  }
}

/** Pages that a look at edges reads besides those of the ranges: the last one, and the one behind it, where the source does not count. */
export function probesOf({ uncounted }: Layout): number {
  return uncounted ? 2 : 0;
}

/** What a look reads, as sequences of ranges. */
export function sequencesOf(look: EdgesLook | MovedLook): Again[] {
  return look.slices.flatMap((layout) => {
    const stretches = look.kind === 'edges' ? edges(layout) : readBy(look.look, layout);
    if (stretches.length === 0) return [];
    return [{ type: 'again', ...layout.grid, read: look.kind === 'edges' ? 'edges' : 'pages', stretches }];
  });
}

function edges(layout: Layout): Again['stretches'] {
  const end = endOf(layout);
  const probes: Again['stretches'] = layout.uncounted
    ? [
        [end - 1, 1, 1],
        [end, 1, 1],
      ]
    : [];
  return [...layout.stretches.map(inShort), ...probes];
}

function readBy(look: number, { stretches }: Layout): Again['stretches'] {
  return stretches.filter((stretch) => stretch.look === look).map(inShort);
}

function inShort({ firstPage, pages, pagesPerRange }: Stretch): [number, number, number] {
  return [firstPage, pages, pagesPerRange];
}

/** Builds a layout range by range; ranges that continue a stretch become part of it. */
export class LayoutBuilder {
  readonly stretches: Stretch[] = [];

  /** A range as it is, where it is. */
  keep({ stretch, position, firstPage, pages }: LaidRange): void {
    const index = stretch.index + position;
    const last = this.stretches.at(-1);
    const continues =
      last !== undefined &&
      last.look === stretch.look &&
      last.pagesPerRange === stretch.pagesPerRange &&
      last.firstPage + last.pages === firstPage &&
      last.pages % last.pagesPerRange === 0 &&
      last.index + rangesIn(last) === index;
    if (continues) this.stretches.splice(-1, 1, { ...last, pages: last.pages + pages });
    else this.stretches.push({ ...stretch, firstPage, pages, index });
  }

  /** Pages that a look reads. */
  read(stretch: Stretch): void {
    this.stretches.push(stretch);
  }
}
