import { countPagesOf, countRangesOf } from '../../plan/grid';
import { RangeSet } from '../../plan/range-set';
import type { Unrolled } from '../missing/unroll';
import type { Drift } from './drift';
import { rangesIn, sequencesOf } from './layout';
import type { EdgesLook, EndOfLooks, Layout, Look, MovedLook } from './look';
import type { Generation } from './look-again';

/** What looking again has come to, but for the ranges. */
export type Outcome = Pick<EndOfLooks, 'total'> & {
  readonly drift: Drift;
  /** Slices of which the pages that leads have read are kept, since the first look found them as they were. */
  readonly sameLeads?: ReadonlySet<string>;
};

/** Indexes of ranges that are replaced, first and last, by what they are called. */
type Replaced = EndOfLooks['generations'][number]['replaced'];

/**
 * The document that ends the looks of a run. Where the source came to rest, the table is the last layouts; else it is everything that was read,
 * and nothing is replaced.
 */
export function endOfLooks(
  own: Pick<Unrolled, 'ranges' | 'pages'>,
  looks: readonly Look[],
  { drift, total, sameLeads = new Set() }: Outcome,
): EndOfLooks {
  const steps = looks.filter((look) => look.kind !== 'end');
  const [first] = steps;
  const layouts = (steps.at(-1)?.slices ?? []).map((layout) => withLead(layout, sameLeads));
  const isUnion = drift.outcome === 'open' || (drift.outcome === 'covered' && !isOverlapping(first, layouts));
  const replacedIn = (all: Replaced, look: number | undefined) =>
    isUnion ? [] : replaced(all, layouts, look);
  return {
    version: 1,
    look: steps.length + 1,
    kind: 'end',
    generations: [
      {
        ranges: own.ranges,
        pages: own.pages,
        replaced: replacedIn(ownSpans(first?.slices ?? [], sameLeads), undefined),
      },
      ...steps.map((look) => ({
        look: look.look,
        ...extentOf(look),
        replaced: replacedIn(spansRead(look), look.look),
      })),
    ],
    drift,
    ...(total === undefined ? {} : { total }),
  };
}

/** Whether pages that a lead has read together with those of other slices are there once more: they cannot be replaced by themselves. */
export function isOverlapping(first: Look | undefined, layouts: readonly Layout[]): boolean {
  if (first === undefined || first.kind === 'end') return false;
  const begins = ({ stretches }: Layout) => stretches[0]?.firstPage ?? 0;
  return layouts.some((layout, slice) => begins(layout) < begins(first.slices[slice] ?? layout));
}

function extentOf(look: EdgesLook | MovedLook): { ranges: number; pages: number } {
  const sequences = sequencesOf(look);
  return {
    ranges: sequences.reduce((sum, sequence) => sum + countRangesOf(sequence), 0),
    pages: sequences.reduce((sum, sequence) => sum + countPagesOf(sequence), 0),
  };
}

/** Where the pages of a lead are kept, those that were read again in their place are not. */
function withLead(layout: Layout, sameLeads: ReadonlySet<string>): Layout {
  if (!layout.lead || !sameLeads.has(layout.grid.slice)) return layout;
  return { ...layout, stretches: layout.stretches.filter(({ look }) => look !== 1) };
}

/** The ranges of a run's own that looks are at, and those of leads that hold nothing else. */
function ownSpans(layouts: readonly Layout[], sameLeads: ReadonlySet<string>): Replaced {
  return layouts.flatMap((layout) => {
    const { grid, lead } = layout;
    const own = { slice: grid.slice, spans: spansOf(layout, undefined) };
    return lead && !sameLeads.has(grid.slice)
      ? [own, { slice: lead.slice, spans: [[lead.index, lead.index]] }]
      : [own];
  });
}

function spansRead(look: EdgesLook | MovedLook): Replaced {
  return sequencesOf(look).map((sequence) => ({
    slice: sequence.slice,
    spans: [[0, countRangesOf(sequence) - 1]],
  }));
}

/** Of all ranges of a folder, those that are not in the layouts at the end. */
function replaced(all: Replaced, after: readonly Layout[], look: number | undefined): Replaced {
  const kept = new Map(after.map((layout) => [layout.grid.slice, spansOf(layout, look)]));
  return all.flatMap(({ slice, spans }) => {
    const gone = without(spans, kept.get(slice) ?? []);
    return gone.length > 0 ? [{ slice, spans: gone }] : [];
  });
}

type Span = [first: number, last: number];

/** In order, and as few as there can be. */
function spansOf(layout: Layout, look: number | undefined): Span[] {
  const ours = layout.stretches.filter((one) => one.look === look);
  const sorted = ours
    .map((one): Span => [one.index, one.index + rangesIn(one) - 1])
    .sort(([a], [b]) => a - b);
  const spans: Span[] = [];
  for (const [first, end] of sorted) {
    const before = spans.at(-1);
    if (before?.[1] === first - 1) before[1] = end;
    else spans.push([first, end]);
  }
  return spans;
}

/** Spans of all that are in none of those kept; both in order, and those kept within the others. */
function without(all: readonly Span[], kept: readonly Span[]): Span[] {
  const left: Span[] = [];
  let at = 0;
  for (const [first, last] of all) {
    let from = first;
    for (; at < kept.length && (kept[at]?.[0] ?? 0) <= last; at++) {
      const [keptFrom = 0, keptTo = 0] = kept[at] ?? [];
      if (from < keptFrom) left.push([from, keptFrom - 1]);
      from = keptTo + 1;
    }
    if (from <= last) left.push([from, last]);
  }
  return left;
}

/** The objects that a run's table is made of, as its looks ended. */
export function generationsOf({ generations }: EndOfLooks): Generation[] {
  return generations.map(({ look, ranges, pages, replaced }) => ({
    ...(look === undefined ? {} : { look }),
    extent: { ranges, pages },
    replaced: toSet(replaced),
  }));
}

function toSet(replaced: Replaced): RangeSet {
  const set = new RangeSet();
  for (const { slice, spans } of replaced) {
    for (const [first, last] of spans)
      for (let index = first; index <= last; index++) set.add({ slice, index });
  }
  return set;
}
