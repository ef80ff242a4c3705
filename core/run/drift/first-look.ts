import { countRangesOf } from '../../plan/grid';
import type { Grid, Plan, Sequence } from '../../plan/plan';
import { concurrently } from '../concurrently';
import { stageKey } from '../keys';
import type { Lake } from '../ports';
import { readNext, receiptOf } from '../range/next-sequences';
import type { EdgesLook, Layout, Stretch } from './look';

/** Objects looked at, at once. */
const looksAtOnce = 50;

/**
 * The first look at a run whose own pages are all there: at the first page of every range of its grids, those that leads found included, and at
 * all pages that a lead has read of a slice alone.
 * Undefined where there is nothing to look at: no grid, or one page.
 */
export async function firstLook(
  plan: Plan,
  lake: Pick<Lake, 'head' | 'get'>,
): Promise<EdgesLook | undefined> {
  const slices: Layout[] = [];
  let sequences: readonly Found[] = plan.sequences.map((sequence) => ({ sequence }));
  while (sequences.length > 0) {
    const next: Found[] = [];
    for (const { sequence, lead } of sequences) {
      if (sequence.type === 'pages') slices.push(layoutOf(sequence, lead));
      if (sequence.type === 'lead') for await (const one of ofLead(sequence, plan, lake)) next.push(...one);
    }
    sequences = next;
  }
  const [only, ...others] = slices;
  const isOnePage = others.length === 0 && only?.stretches.length === 1 && only.stretches[0]?.pages === 1;
  return only === undefined || isOnePage ? undefined : { version: 1, look: 1, kind: 'edges', slices };
}

/** A sequence, and where it follows from a range of a lead that holds nothing but the beginning of its slice, that range. */
interface Found {
  readonly sequence: Sequence;
  readonly lead?: Layout['lead'];
}

async function* ofLead(
  lead: Extract<Sequence, { type: 'lead' }>,
  plan: Plan,
  lake: Pick<Lake, 'head' | 'get'>,
): AsyncGenerator<Found[]> {
  const indexes = Array.from({ length: countRangesOf(lead) }, (_, index) => index);
  yield* concurrently(indexes, looksAtOnce, async (index) => {
    const head = await lake.head(stageKey(plan, { slice: lead.slice, index }));
    if (!head) return []; // an operator gave it up
    const next = await readNext(receiptOf(head), lake);
    const alone = lead.slices.length === 1 ? { slice: lead.slice, index } : undefined;
    return next.map((sequence) => ({ sequence, lead: alone }));
  });
}

function layoutOf(
  { slice, parameters, pageSize, slicePages, total, lastPageRecords, ...sequence }: Grid,
  lead: Found['lead'],
): Layout {
  const { firstPage, pages, pagesPerRange } = sequence;
  const own: Stretch = { firstPage, pages, pagesPerRange, index: 0 };
  // Much is asked between a lead's pages and those of the grid it finds
  const begun: Stretch[] =
    lead && firstPage > 0 ? [{ firstPage: 0, pages: firstPage, pagesPerRange: 1, look: 1, index: 0 }] : [];
  return {
    grid: {
      slice,
      parameters,
      pageSize,
      slicePages,
      ...(total === undefined ? {} : { total }),
      ...(lastPageRecords === undefined ? {} : { lastPageRecords }),
    },
    pagesPerRange,
    ...(lastPageRecords === undefined ? {} : { uncounted: true }),
    ...(begun.length > 0 ? { lead } : {}),
    stretches: [...begun, own],
  };
}
