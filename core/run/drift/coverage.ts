import type { Plan } from '../../plan/plan';
import { stageKey } from '../keys';
import type { Lake } from '../ports';
import { folderOf } from './gather';
import { endOf, laidRanges, probesOf } from './layout';
import type { EdgesLook, Layout, Look, MovedLook } from './look';
import { isUnsettled, type Judged } from './moved-look';
import { Reads, readReceipts, type Spot } from './reads';
import type { FindSharedRecords, NumberedObject } from './shared-records';
import { TotalsInTime } from './totals-in-time';

export interface CoverageServices {
  readonly lake: Pick<Lake, 'list' | 'head' | 'get' | 'putIfAbsent'>;
  /** @default records are not compared: then only reads between which nothing changed are known to leave no gap */
  readonly findSharedRecords?: FindSharedRecords | undefined;
}

/** One read of consecutive pages of a slice. */
interface PagesRead {
  readonly slice: number;
  readonly first: number;
  /** Behind the last page. */
  readonly end: number;
  readonly key: string;
}

/**
 * Whether every record that a slice held all the time is among what was read of it, though it never stood still. Records keep their order, so
 * one that two reads have in common parts those before from those behind: nothing that was there all the time is between the two. The same is
 * true of neighbours between which nothing changed. So it is enough that a read of the first page and one of the last are connected by such
 * pairs, each of reads without a gap in themselves: of one page, or of pages between which nothing changed. Only totals tell that.
 */
export async function isCovered(
  plan: Plan,
  looks: readonly Look[],
  judged: readonly Judged[],
  { lake, findSharedRecords }: CoverageServices,
): Promise<boolean> {
  const unsettled = [...judged.keys()].filter((slice) => judged[slice] && isUnsettled(judged[slice]));
  const { all, reads } = await readsOf(plan, looks, new Set(unsettled), lake);
  const groups = new Groups(all.length);
  const sound = new Uint8Array(all.length);
  const slices = unsettled.map((slice): SliceReads => {
    const positions = [...all.keys()].filter((at) => all[at]?.slice === slice);
    joinCalm(positions, { all, reads, groups, sound });
    return { positions, pageSize: judged[slice]?.slice.layout.grid.pageSize ?? 1 };
  });
  const known = { all, reads, groups, sound };
  if (slices.every((slice) => isConnected(slice, known))) return true;
  if (findSharedRecords === undefined || !slices.every((slice) => hasBothEnds(slice, known))) return false;
  const objects = all.flatMap(({ key, slice }, number): NumberedObject[] =>
    sound[number] === 1 && (reads.records[number] ?? 0) > 0 ? [{ key, number, slice }] : [],
  );
  await findSharedRecords(plan, objects, (one, other) => groups.join(one, other));
  return slices.every((slice) => isConnected(slice, known));
}

/** The reads of one slice among all. */
interface SliceReads {
  readonly positions: readonly number[];
  readonly pageSize: number;
}

interface Known {
  readonly all: readonly PagesRead[];
  readonly reads: Reads;
  readonly groups: Groups;
  /** 1 for each read without a gap in itself. */
  readonly sound: Uint8Array;
}

/** Connects neighbours between which nothing changed. */
function joinCalm(positions: readonly number[], { all, reads, groups, sound }: Known): void {
  const totals = new TotalsInTime(reads, positions);
  const isCalm = (from: number, to: number) => totals.isOneTotal(from, to);
  for (const at of positions) {
    const read = all[at];
    if (read === undefined || !reads.has(at) || Number.isNaN(reads.least[at] ?? Number.NaN)) continue;
    const [begin, end] = [reads.begin[at] ?? 0, reads.end[at] ?? 0];
    if (read.end - read.first > 1 && !isCalm(begin, end)) continue;
    sound[at] = 1;
    const left = at - 1;
    if (all[left]?.slice !== read.slice || all[left]?.end !== read.first || !sound[left]) continue;
    const [from, to] = [Math.min(begin, reads.begin[left] ?? 0), Math.max(end, reads.end[left] ?? 0)];
    if (isCalm(from, to)) groups.join(left, at);
  }
}

/** Sound reads of the first page, and of those behind which there was nothing. */
function ends({ positions, pageSize }: SliceReads, { all, reads, sound }: Known): [number[], number[]] {
  const known = positions.filter((at) => sound[at] === 1);
  const isLast = (at: number) => (all[at]?.end ?? 0) * pageSize >= (reads.most[at] ?? 0);
  return [known.filter((at) => all[at]?.first === 0), known.filter(isLast)];
}

function hasBothEnds(slice: SliceReads, known: Known): boolean {
  return ends(slice, known).every((some) => some.length > 0);
}

function isConnected(slice: SliceReads, known: Known): boolean {
  const [firsts, lasts] = ends(slice, known);
  const reached = new Set(firsts.map((at) => known.groups.of(at)));
  return lasts.some((at) => reached.has(known.groups.of(at)));
}

/** Everything that was read of some slices: the run's own ranges and those of its looks, each in page order. */
async function readsOf(
  plan: Plan,
  looks: readonly Look[],
  wanted: ReadonlySet<number>,
  lake: CoverageServices['lake'],
): Promise<{ readonly all: readonly PagesRead[]; readonly reads: Reads }> {
  const all: PagesRead[] = [];
  const folders: Folder[] = [];
  for (const look of looks) {
    if (look.kind === 'end') continue;
    const layouts = [...look.slices.entries()].filter(([slice]) => wanted.has(slice));
    if (look.look === 1) folders.push({ look: undefined, spots: laidSpots(all, plan, layouts, undefined) });
    const spots =
      look.kind === 'edges'
        ? edgeSpots(all, plan, layouts, look.look)
        : laidSpots(all, plan, layouts, look.look);
    folders.push({ look, spots });
  }
  const reads = new Reads(all.length);
  for (const { look, spots } of folders) {
    await readReceipts(folderOf(plan, look), lake, spots, (at, receipt) => {
      if (at !== undefined) reads.set(at, receipt);
    });
  }
  return { all, reads };
}

/** What was read into one folder. */
interface Folder {
  readonly look: EdgesLook | MovedLook | undefined;
  readonly spots: ReadonlyMap<string, readonly Spot[]>;
}

type Layouts = readonly (readonly [slice: number, layout: Layout])[];

/** The ranges of layouts that a look, or the run itself, has read. */
function laidSpots(
  all: PagesRead[],
  plan: Plan,
  layouts: Layouts,
  look: number | undefined,
): Map<string, Spot[]> {
  const spots = new Map<string, Spot[]>();
  for (const [slice, layout] of layouts) {
    for (const { stretch, position, firstPage, pages } of laidRanges(layout)) {
      if (stretch.look !== look) continue;
      const name = layout.grid.slice;
      const index = stretch.index + position;
      const ofName = spots.get(name) ?? [];
      ofName.push({ index, ranges: 1, at: all.length });
      spots.set(name, ofName);
      const key = stageKey({ ...plan, look }, { slice: name, index });
      all.push({ slice, first: firstPage, end: firstPage + pages, key });
    }
  }
  for (const ofName of spots.values()) ofName.sort((a, b) => a.index - b.index);
  return spots;
}

function edgeSpots(all: PagesRead[], plan: Plan, layouts: Layouts, look: number): Map<string, Spot[]> {
  const spots = new Map<string, Spot[]>();
  for (const [slice, layout] of layouts) {
    const name = layout.grid.slice;
    const firsts = [...laidRanges(layout)].map(({ firstPage }) => firstPage);
    const end = endOf(layout);
    const pages = probesOf(layout) > 0 ? [...firsts, end - 1, end] : firsts;
    spots.set(name, [{ index: 0, ranges: pages.length, at: all.length }]);
    for (const [index, first] of pages.entries()) {
      const key = stageKey({ ...plan, look }, { slice: name, index });
      all.push({ slice, first, end: first + 1, key });
    }
  }
  return spots;
}

/** Which of many are connected, by pairs (union-find, with the paths halved). */
class Groups {
  readonly #parents: Uint32Array;

  constructor(size: number) {
    this.#parents = Uint32Array.from({ length: size }, (_, at) => at);
  }

  of(at: number): number {
    let one = at;
    for (let parent = this.#parents[one] ?? one; parent !== one; parent = this.#parents[one] ?? one) {
      this.#parents[one] = this.#parents[parent] ?? parent;
      one = parent;
    }
    return one;
  }

  join(one: number, other: number): void {
    this.#parents[this.of(one)] = this.of(other);
  }
}
