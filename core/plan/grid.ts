import type { PageRange, Plan, Slice } from './plan';

/** The part of a plan that fixes its ranges. */
export type Grid = Pick<Plan, 'pagesPerRange' | 'slices'>;

/** All ranges of a plan in order, made one at a time so that a million of them cost no memory. */
export function* pageRanges(grid: Grid): Generator<PageRange> {
  for (const slice of grid.slices) {
    for (let index = 0; index < rangesInSlice(grid, slice); index++) yield pageRange(grid, slice, index);
  }
}

/** How many ranges a plan has. */
export function countRanges(grid: Grid): number {
  return grid.slices.reduce((count, slice) => count + rangesInSlice(grid, slice), 0);
}

/** How many pages a plan has. */
export function countPages(grid: Grid): number {
  return grid.slices.reduce((count, slice) => count + slice.pages, 0);
}

/** The name of a range in keys and logs: 'all-00000042'. Sorts as the ranges do. */
export function pageRangeName(range: Pick<PageRange, 'slice' | 'index'>): string {
  return `${range.slice}-${String(range.index).padStart(8, '0')}`;
}

/** Reads a name back; undefined when it is no range's name. */
export function parsePageRangeName(name: string): { slice: string; index: number } | undefined {
  const match = /^(?<slice>[a-z0-9-]+)-(?<index>\d{8,})$/.exec(name);
  if (!match?.groups?.slice || !match.groups.index) return undefined;
  const range = { slice: match.groups.slice, index: Number(match.groups.index) };
  return pageRangeName(range) === name ? range : undefined; // more zeros would be a second name of the range
}

export function rangesInSlice(grid: Grid, slice: Slice): number {
  return Math.ceil(slice.pages / grid.pagesPerRange);
}

function pageRange(grid: Grid, slice: Slice, index: number): PageRange {
  const firstPage = index * grid.pagesPerRange;
  return {
    slice: slice.name,
    index,
    firstPage,
    pages: Math.min(grid.pagesPerRange, slice.pages - firstPage),
  };
}
