import type { Plan } from '../../plan/plan';
import type { Unrollable } from '../missing/unroll';
import type { Lake } from '../ports';
import type { SliceLook } from './judge-slice';
import { KeysInOrder } from './keys-in-order';
import { countLaid, endOf, laidRanges, probesOf, rangesIn, sequencesOf } from './layout';
import { LeadPages } from './lead-pages';
import type { EdgesLook, Layout, Look, MovedLook } from './look';
import { Reads, readReceipts, type Spot } from './reads';

type GatherLake = Pick<Lake, 'list' | 'head' | 'get' | 'putIfAbsent'>;

/** What is known when a look at edges is there. */
export interface Gathered {
  /** In the order of the look's slices. */
  readonly slices: readonly SliceLook[];
  /** Records that the source said are in all slices when they were begun; undefined unless it said so of each. */
  readonly promised: number | undefined;
  /** Of the first look: whether the pages that a lead has read of a slice are what they were. */
  areSameLeads(slice: string): boolean;
}

/** The folder of a run's own pages, or of one of its looks, and what was read into it. */
export function folderOf(plan: Plan, look: EdgesLook | MovedLook | undefined): Unrollable {
  return look === undefined ? plan : { ...plan, look: look.look, sequences: sequencesOf(look) };
}

/** Reads the receipts of the ranges that a run is made of, of a look at their edges, and of the look at edges before that one. */
export async function gather(
  plan: Plan,
  looks: readonly Look[],
  edges: EdgesLook,
  lake: GatherLake,
): Promise<Gathered> {
  const places = placesOf(edges.slices);
  const reads = new Reads(places.ranges);
  const firstPages = new Float64Array(places.ranges);
  const fresh = new Uint8Array(places.ranges);
  const lastMoved = looks.findLast((look) => look.kind === 'moved' && look.look < edges.look)?.look;
  for (const [slice, layout] of edges.slices.entries()) {
    let at = places.at[slice] ?? 0;
    for (const { stretch, firstPage } of laidRanges(layout)) {
      fresh[at] = lastMoved === undefined || stretch.look === lastMoved ? 1 : 0;
      firstPages[at++] = firstPage;
    }
  }
  const ordered = new KeysInOrder(plan);
  const leads = new LeadPages(edges.slices, places.at);
  const promised = await readRanges(plan, looks, edges.slices, { reads, places, ordered, leads, lake });
  const edgeReads = await readEdges(plan, edges, lake);
  const before = looks.findLast((look) => look.kind === 'edges' && look.look < edges.look);
  const earlier =
    before?.kind === 'edges' && lastMoved !== undefined ? await earlierEdges(plan, before, lake) : undefined;
  const slices = edges.slices.map(
    (layout, slice): SliceLook => ({
      layout,
      ranges: countLaid(layout),
      reads,
      at: places.at[slice] ?? 0,
      firstPages,
      fresh,
      edges: edgeReads.reads,
      edgesAt: edgeReads.at[slice] ?? 0,
      earlier: (page) => earlier?.(slice, page),
      isLater: lastMoved !== undefined,
      isOrdered: ordered.has(layout.grid.slice),
      end: endOf(layout),
    }),
  );
  return { slices, promised, areSameLeads: (slice) => leads.areSame(slice) };
}

/** Where the ranges of each slice are among all. */
interface Places {
  readonly ranges: number;
  /** Of each slice, in order. */
  readonly at: readonly number[];
}

function placesOf(layouts: readonly Layout[], besides: (layout: Layout) => number = () => 0): Places {
  const at: number[] = [];
  let ranges = 0;
  for (const layout of layouts) {
    at.push(ranges);
    ranges += countLaid(layout) + besides(layout);
  }
  return { ranges, at };
}

/** Where what is read goes. */
interface Reading {
  readonly reads: Reads;
  readonly places: Places;
  readonly ordered: KeysInOrder;
  readonly leads: LeadPages;
  readonly lake: GatherLake;
}

async function readRanges(
  plan: Plan,
  looks: readonly Look[],
  layouts: readonly Layout[],
  { reads, places, ordered, leads, lake }: Reading,
): Promise<number | undefined> {
  const promised = new Promised();
  const folders = spotsOf(layouts, places);
  if (!folders.has(undefined)) folders.set(undefined, new Map()); // what was promised is told there
  for (const [number, spots] of folders) {
    const look = looks.find((one) => one.look === number);
    if (look?.kind === 'end') continue;
    await readReceipts(folderOf(plan, look), lake, spots, (at, receipt, range) => {
      if (receipt.begins) promised.add(receipt.expected);
      if (number === undefined) leads.addOwn(range, receipt);
      if (at === undefined) return;
      reads.set(at, receipt);
      ordered.add(range.slice, at, receipt);
      if (number === 1) leads.addFound(range.slice, at, receipt);
    });
  }
  return promised.records;
}

/** Sums up what slices hold, as long as each of them tells. */
class Promised {
  #records: number | 'unknown' | undefined;

  add(expected: number | undefined): void {
    if (expected === undefined || this.#records === 'unknown') this.#records = 'unknown';
    else this.#records = (this.#records ?? 0) + expected;
  }

  get records(): number | undefined {
    return this.#records === 'unknown' ? undefined : this.#records;
  }
}

/** Of each folder and each name of ranges in it, where they go. */
function spotsOf(layouts: readonly Layout[], places: Places): Map<number | undefined, Map<string, Spot[]>> {
  const folders = new Map<number | undefined, Map<string, Spot[]>>();
  for (const [slice, layout] of layouts.entries()) {
    let at = places.at[slice] ?? 0;
    for (const stretch of layout.stretches) {
      const names = folders.get(stretch.look) ?? new Map<string, Spot[]>();
      const name = layout.grid.slice;
      const ranges = rangesIn(stretch);
      const spots = names.get(name) ?? [];
      spots.push({ index: stretch.index, ranges, at });
      names.set(name, spots);
      folders.set(stretch.look, names);
      at += ranges;
    }
  }
  for (const names of folders.values())
    for (const spots of names.values()) spots.sort((a, b) => a.index - b.index);
  return folders;
}

async function readEdges(
  plan: Plan,
  look: EdgesLook,
  lake: GatherLake,
): Promise<{ readonly reads: Reads; readonly at: readonly number[] }> {
  const { ranges, at } = placesOf(look.slices, probesOf);
  const reads = new Reads(ranges);
  const spots = new Map<string, Spot[]>();
  for (const [slice, layout] of look.slices.entries()) {
    const all = countLaid(layout) + probesOf(layout);
    spots.set(layout.grid.slice, [{ index: 0, ranges: all, at: at[slice] ?? 0 }]);
  }
  await readReceipts(folderOf(plan, look), lake, spots, (place, receipt) => {
    if (place !== undefined) reads.set(place, receipt);
  });
  return { reads, at };
}

/** What a look at edges saw at a page of a slice. */
async function earlierEdges(plan: Plan, look: EdgesLook, lake: GatherLake) {
  const { reads, at } = await readEdges(plan, look, lake);
  const pages = new Map<string, Float64Array>();
  for (const layout of look.slices) {
    pages.set(
      layout.grid.slice,
      Float64Array.from(laidRanges(layout), ({ firstPage }) => firstPage),
    );
  }
  return (slice: number, page: number) => {
    const edge = positionIn(pages.get(look.slices[slice]?.grid.slice ?? '') ?? new Float64Array(), page);
    const place = (at[slice] ?? 0) + (edge ?? 0);
    if (edge === undefined || !reads.has(place)) return undefined;
    return reads.first[place];
  };
}

/** By halving. */
function positionIn(sorted: Float64Array, value: number): number | undefined {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] ?? 0) < value) from = middle + 1;
    else to = middle;
  }
  return sorted[from] === value ? from : undefined;
}
