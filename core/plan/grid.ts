import type { PageRange, Plan, RangeName, Sequence } from './plan';

/**
 * The ranges of a sequence that are known now, in order, made one at a time so that a million of them cost no memory:
 * all of a grid and of a lead, and of a chain the one it begins with.
 */
export function* rangesOf(sequence: Sequence): Generator<PageRange> {
  const ranges = countRangesOf(sequence);
  for (let position = 0; position < ranges; position++) yield rangeAt(sequence, position);
}

/** How many ranges of a sequence are known now. */
export function countRangesOf(sequence: Sequence): number {
  switch (sequence.type) {
    case 'pages':
      return Math.ceil(sequence.pages / sequence.pagesPerRange);
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
  return sequences.reduce((count, sequence) => count + (sequence.type === 'pages' ? sequence.pages : 0), 0);
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

/** The range at a position of its sequence, from 0. */
function rangeAt(sequence: Sequence, position: number): PageRange {
  switch (sequence.type) {
    case 'pages': {
      const { pagesPerRange, firstPage, pages, ...grid } = sequence;
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
