import type { Again, PageRange, Plan, RangeName, Sequence } from './plan';

/**
 * The ranges of a sequence that are known now, in order, made one at a time so that a million of them cost no memory:
 * all of a grid and of a lead, and of a chain the one it begins with.
 */
export function* rangesOf(sequence: Sequence | Again): Generator<PageRange> {
  if (sequence.type === 'again') return yield* rangesAgain(sequence);
  const ranges = countRangesOf(sequence);
  for (let position = 0; position < ranges; position++) yield rangeAt(sequence, position);
}

/** How many ranges of a sequence are known now. */
export function countRangesOf(sequence: Sequence | Again): number {
  switch (sequence.type) {
    case 'pages':
      return Math.ceil(sequence.pages / sequence.pagesPerRange);
    case 'again':
      return sequence.stretches.reduce(
        (ranges, [, pages, perRange]) => ranges + Math.ceil(pages / perRange),
        0,
      );
    case 'chain':
      return 1;
    case 'lead':
      return Math.ceil(sequence.slices.length / sequence.slicesPerRange);
  }
}

/** All ranges that a plan alone tells; what leads and chains find follows. */
export function* plannedRanges({ sequences }: Pick<Plan, 'sequences'>): Generator<PageRange> {
  for (const sequence of sequences) yield* rangesOf(sequence);
}

/** How many ranges a plan alone tells. */
export function countRanges({ sequences }: Pick<Plan, 'sequences'>): number {
  return sequences.reduce((count, sequence) => count + countRangesOf(sequence), 0);
}

/** How many pages a plan alone tells: those of its grids. */
export function countPages({ sequences }: Pick<Plan, 'sequences'>): number {
  return sequences.reduce((count, sequence) => count + countPagesOf(sequence), 0);
}

/** How many pages of a sequence are known before any of its ranges is there: those of a grid. */
export function countPagesOf(sequence: Sequence | Again): number {
  if (sequence.type === 'pages') return sequence.pages;
  if (sequence.type !== 'again') return 0;
  if (sequence.read === 'edges') return countRangesOf(sequence);
  return sequence.stretches.reduce((sum, [, pages]) => sum + pages, 0);
}

/** The range of that name, of those that a plan alone tells; undefined of what leads and chains find. */
export function rangeNamed(
  { slice, index }: RangeName,
  { sequences }: Pick<Plan, 'sequences'>,
): PageRange | undefined {
  const sequence = sequences.find((one) => one.slice === slice);
  if (sequence?.type !== 'pages' || index >= countRangesOf(sequence)) return undefined;
  return rangeAt(sequence, index);
}

/** The name of a range in keys and logs: 'all-00000042'. Sorts as the ranges do. */
export function pageRangeName(range: RangeName): string {
  return `${range.slice}-${String(range.index).padStart(8, '0')}`;
}

/** Reads a name back; undefined when it is no range's name. */
export function parsePageRangeName(name: string): RangeName | undefined {
  const match = /^(?<slice>[a-z0-9-]+)-(?<index>\d{8,})$/.exec(name);
  if (!match?.groups?.slice || !match.groups.index) return undefined;
  const range = { slice: match.groups.slice, index: Number(match.groups.index) };
  return pageRangeName(range) === name ? range : undefined; // more zeros would be a second name of the range
}

/**
 * The ranges of a look at a grid. Any of their pages may be the slice's last one by now, since how many there are is what a look finds out: so
 * none of them must be full, or there at all.
 */
function* rangesAgain({ read, stretches, lastPageRecords: _, ...grid }: Again): Generator<PageRange> {
  let index = 0;
  for (const [first, pages, perRange] of stretches) {
    for (let at = 0; at < pages; at += perRange) {
      const firstPage = first + at;
      const most = read === 'edges' ? 1 : Math.min(perRange, pages - at);
      yield { ...grid, type: 'pages', slicePages: firstPage + 1, index: index++, firstPage, pages: most };
    }
  }
}

/** The range at a position of its sequence, from 0. */
function rangeAt(sequence: Sequence, position: number): PageRange {
  switch (sequence.type) {
    case 'pages': {
      const { pagesPerRange, firstPage, pages, lastPageRecords: _, ...grid } = sequence;
      const before = position * pagesPerRange;
      const most = Math.min(pagesPerRange, pages - before);
      return { ...grid, index: position, firstPage: firstPage + before, pages: most };
    }
    case 'chain':
      return { ...sequence };
    case 'lead': {
      const { slices, slicesPerRange, ...lead } = sequence;
      const first = position * slicesPerRange;
      return { ...lead, index: position, slices: slices.slice(first, first + slicesPerRange) };
    }
  }
}
