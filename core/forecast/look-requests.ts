import { shortened } from '../run/drift/moved-look';
import { isCountable } from '../source/pagination';
import type { Dataset } from '../source/source';

/** What a run has read of a dataset before it looks again. */
export interface PagesToLookAt {
  readonly pages: number;
  readonly ranges: number;
  readonly pagesPerRange: number;
  readonly slices: number;
}

/** What looking again takes: each request is a page, and ranges are messages and objects. */
export interface Looks {
  readonly requests: number;
  /** Of each look. */
  readonly ranges: readonly number[];
}

/** Pages of a slice that a lead may have read, each of which the first look reads by itself (first-look.ts). */
const leadPages = 5;
/** By which a source that keeps changing grows from one round to the next, where somebody adds a record and somebody deletes one. */
const grownPages = 1;

/** Whether pages are found by their position, so that they move when records come and go. */
function isLookedAt({ pagination, verification }: Dataset): boolean {
  return isCountable(pagination) && pagination.type !== 'single' && verification.looks > 0;
}

const noLooks: Looks = { requests: 0, ranges: [] };

/** The one look at the edges of ranges that a source takes where nothing moves. */
export function quietLooks(dataset: Dataset, { ranges, slices }: PagesToLookAt): Looks {
  if (!isLookedAt(dataset)) return noLooks;
  const requests = ranges + probesOf(dataset, slices);
  return { requests, ranges: [requests] };
}

/**
 * All looks at a source that never rests: a look at edges, and `verification.looks` times everything again and a look at the edges of that, in ranges
 * that are shorter each time (moved-look.ts). It bounds those of a source that grows by no more than a page meanwhile.
 */
export function restlessLooks(dataset: Dataset, work: PagesToLookAt): Looks {
  if (!isLookedAt(dataset)) return noLooks;
  const { pagesPerRange, slices } = work;
  const alone = dataset.slices.length > 0 || probesOf(dataset, 1) > 0 ? leadPages * slices : 0;
  const probes = probesOf(dataset, slices);
  const first = Math.min(work.pages, work.ranges + alone) + probes;
  const each = [first];
  let requests = first;
  const pages = work.pages + grownPages;
  for (let round = 0; round < dataset.verification.looks; round++) {
    const inRanges = Math.ceil(pages / shortened(pagesPerRange, round)) + (slices > 1 ? slices : 0) + alone;
    const read = Math.min(pages, inRanges);
    requests += pages + read + probes;
    each.push(read, read + probes);
  }
  return { requests, ranges: each };
}

/** Looks at the end of each slice that does not say how much it holds: at its last page and the one behind it. */
function probesOf({ pagination }: Dataset, slices: number): number {
  const isUncounted =
    isCountable(pagination) && pagination.type !== 'single' && pagination.total.type === 'none';
  return isUncounted ? 2 * slices : 0;
}
