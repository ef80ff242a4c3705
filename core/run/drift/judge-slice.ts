import type { Layout } from './look';
import type { Reads } from './reads';
import { TotalsInTime } from './totals-in-time';

/** A slice whose edges were just looked at. */
export interface SliceLook {
  readonly layout: Layout;
  /** How many ranges it is made of. */
  readonly ranges: number;
  /** The reads of those ranges, in page order, from `at` on. */
  readonly reads: Reads;
  readonly at: number;
  /** First page of each range, from `at` on. */
  readonly firstPages: Float64Array;
  /** 1 for those that were read since the look before this one, from `at` on: what else was seen meanwhile tells of them. */
  readonly fresh: Uint8Array;
  /** The first pages of the ranges, read again, from `edgesAt` on; behind them the probes of a slice that is not counted. */
  readonly edges: Reads;
  readonly edgesAt: number;
  /** What a page began with at the look before this one; undefined where it did not look, or there was none. */
  earlier(page: number): bigint | undefined;
  /** Whether ranges have been fetched again before. */
  readonly isLater: boolean;
  /** Whether keys follow each other from range to range, so that none comes twice. */
  readonly isOrdered: boolean;
  /** Position of the page behind the last one. */
  readonly end: number;
}

/** What is to be done with a slice after a look at its edges. */
export interface SliceVerdict {
  /** 1 for each range that is to be fetched again. */
  readonly again: Uint8Array;
  /** How many of them, and pages of its beginning, because records moved or may have, and not only because some were added at the end. */
  readonly moved: number;
  /** The pages before the grid are to be read too: records have moved between them, which a lead has read, and the grid. */
  readonly fromStart: boolean;
  /** Position of the page behind the last one, by now. */
  readonly end: number;
  /** Records that the slice holds by what was read last; undefined where the source does not say. */
  readonly total: number | undefined;
  /** Of the last page, in a slice that is not counted. */
  readonly lastPageRecords: number | undefined;
}

/**
 * Tells which ranges of a slice cannot be relied on. Without a sign of change, none. Records that were only added behind the last one: the last
 * range. Otherwise each range whose first page, or whose right neighbour's, begins with another record by now, so that records have come or gone
 * within it; and of the ranges that were read since the look before, each that was read while something changed, by the totals that reads at the
 * same time saw, or all of them where the source names none. See docs/decisions/0013-drift.md.
 */
export function judgeSlice(slice: SliceLook): SliceVerdict {
  const found = changes(slice);
  const again = new Uint8Array(slice.ranges);
  const { end } = found;
  let moved = 0;
  const fetchAgain = (range: number) => {
    moved += again[range] === 0 ? 1 : 0;
    again[range] = 1;
  };
  if (found.onlyGrew) {
    for (const range of found.grew ? doubtfulRanges(slice, found) : []) fetchAgain(range);
    if (found.endMoved) again[slice.ranges - 1] = 1;
  } else {
    const isCalm = calmness(slice, found);
    for (let range = 0; range < slice.ranges; range++) {
      if (hasMovedBehind(slice, range, found) || hasMoved(slice, range) || !isCalm(range)) fetchAgain(range);
    }
  }
  const { total, lastPageRecords } = found;
  const fromStart =
    (slice.firstPages[slice.at] ?? 0) > 0 && (hasMoved(slice, 0) || changedBefore(slice, found));
  return { again, moved, fromStart, end, total, lastPageRecords };
}

interface Changes {
  readonly onlyGrew: boolean;
  readonly grew: boolean;
  /** Whether the last range is no longer the last one, or ends elsewhere. */
  readonly endMoved: boolean;
  readonly end: number;
  readonly total: number | undefined;
  readonly lastPageRecords: number | undefined;
  /** Undefined where the source names no totals. */
  readonly totals: TotalsInTime | undefined;
}

function changes(slice: SliceLook): Changes {
  const moved = anyRange(slice, (range) => hasMoved(slice, range) || cameMoved(slice, range));
  if (slice.layout.uncounted) return uncountedChanges(slice, moved);
  const said = lastSaid(slice);
  const none = { endMoved: false, end: slice.end, total: undefined, lastPageRecords: undefined };
  if (said === undefined) return { ...none, onlyGrew: !moved, grew: false, totals: undefined };
  const { reads, at, ranges, layout } = slice;
  const totals = new TotalsInTime(reads, freshRanges(slice));
  const hasFallen = totals.hasFallen(layout.grid.total) || fellAfter(slice);
  const last = at + ranges - 1;
  const ends = (slice.firstPages[last] ?? 0) * layout.grid.pageSize + (reads.records[last] ?? 0);
  const isThere = reads.has(last);
  const onlyGrew = !moved && !hasFallen && said >= ends;
  // Where the last page was not full nothing was behind it, and what came since then is of the time after the run
  const wasEnd =
    slice.isLater && onlyGrew && ends < slice.end * layout.grid.pageSize && sawTotal(reads, last, ends);
  const isGrown = said > ends && !wasEnd && said <= most(slice);
  const endMoved = isThere && (said < ends || isGrown);
  const end = endMoved ? Math.max(1, Math.ceil(said / layout.grid.pageSize)) : slice.end;
  return {
    onlyGrew,
    grew: said !== layout.grid.total,
    endMoved,
    end,
    total: isThere && (wasEnd || said === ends) ? ends : said,
    lastPageRecords: undefined,
    totals,
  };
}

/** A slice that has more than doubled meanwhile, by more than a few pages, has another total than it says: verification refuses it then. */
function most({ layout: { grid } }: SliceLook): number {
  return 2 * (grid.total ?? 0) + fewPages * grid.pageSize;
}

const fewPages = 100;

function sawTotal({ least, most }: Reads, read: number, total: number): boolean {
  return (least[read] ?? 0) <= total && total <= (most[read] ?? 0);
}

/** The end of a slice whose size nobody tells is where its pages end, and how full the last one is. */
function uncountedChanges(slice: SliceLook, moved: boolean): Changes {
  const { edges, edgesAt, reads, at, ranges, layout } = slice;
  const [probe, behind] = [edgesAt + ranges, edgesAt + ranges + 1];
  const known = layout.grid.lastPageRecords;
  const records = edges.records[probe] ?? 0;
  const isSeen = edges.has(probe) && edges.has(behind) && reads.has(at + ranges - 1);
  const grew = isSeen && ((edges.records[behind] ?? 0) > 0 || (known !== undefined && records > known));
  const fell = isSeen && !grew && known !== undefined && records < known;
  const goesOn = isSeen && (edges.records[behind] ?? 0) > 0;
  const isOther = grew || fell || (isSeen && edges.first[probe] !== reads.last[at + ranges - 1]);
  const onlyGrew = !moved && !fell && (grew || !isOther);
  return {
    onlyGrew,
    grew,
    // What came since the last look but one is of the time after the run
    endMoved: isOther && !(slice.isLater && onlyGrew && !goesOn),
    // Where it ends now is seen when the pages behind are read: an empty one does no harm
    end: slice.end + (goesOn ? layout.pagesPerRange : 0),
    total: undefined,
    lastPageRecords: goesOn ? undefined : records,
    totals: undefined,
  };
}

/** Whether a range begins elsewhere than when it was read. */
function hasMoved({ reads, at, edges, edgesAt }: SliceLook, range: number): boolean {
  if (!reads.has(at + range) || !edges.has(edgesAt + range)) return false;
  return reads.first[at + range] !== edges.first[edgesAt + range];
}

/** Whether the range behind a range, or the end, is elsewhere by now than when it was read, or was elsewhere when it had been looked at before. */
function hasMovedBehind(slice: SliceLook, range: number, { endMoved }: Changes): boolean {
  if (range === slice.ranges - 1) return endMoved;
  return hasMoved(slice, range + 1) || (!isFresh(slice, range) && cameMoved(slice, range + 1));
}

/** Whether a range began elsewhere at the look before it was read. */
function cameMoved(slice: SliceLook, range: number): boolean {
  const { reads, at, firstPages, fresh } = slice;
  if (!slice.isLater || !fresh[at + range] || !reads.has(at + range)) return false;
  const earlier = slice.earlier(firstPages[at + range] ?? 0);
  return earlier !== undefined && earlier !== reads.first[at + range];
}

/** Whether records may have gone between the time when a lead read a slice's first pages and when its grid was read. */
function changedBefore({ isLater, reads, at, layout }: SliceLook, { onlyGrew, totals }: Changes): boolean {
  return !isLater && !onlyGrew && (totals === undefined || reads.least[at] !== layout.grid.total);
}

/** The total that the source said last; undefined where it did not say one each time. */
function lastSaid({ edges, edgesAt, ranges }: SliceLook): number | undefined {
  let latest = Number.NEGATIVE_INFINITY;
  let said: number | undefined;
  for (let edge = edgesAt; edge < edgesAt + ranges; edge++) {
    if (!edges.has(edge)) continue;
    if (Number.isNaN(edges.most[edge] ?? Number.NaN)) return undefined;
    if ((edges.end[edge] ?? 0) < latest) continue;
    latest = edges.end[edge] ?? 0;
    said = edges.most[edge];
  }
  return said;
}

/** Whether a look at edges saw a smaller total than the ranges that were read before it. */
function fellAfter({ reads, at, edges, edgesAt, ranges }: SliceLook): boolean {
  let most = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let range = 0; range < ranges; range++) {
    if (reads.has(at + range)) most = Math.max(most, reads.most[at + range] || 0);
    if (edges.has(edgesAt + range)) least = Math.min(least, edges.least[edgesAt + range] ?? least);
  }
  return least < most;
}

/**
 * Ranges of which, while records were added, it is not sure that they hold what they should: those that were read just then, unless the order
 * of keys shows that nothing was added but at the end. Once they have been fetched again, verification tells: where nothing was deleted, as many
 * keys as the source said, each of them once, are all of them.
 */
function doubtfulRanges(slice: SliceLook, { totals }: Changes): number[] {
  if (slice.isLater || slice.isOrdered) return [];
  const isCalm = totals === undefined ? () => true : calmInTime(slice, totals);
  const { reads, at } = slice;
  const isDoubtful = (range: number) => !isCalm(range) || reads.repeats[at + range] === 1;
  return rangesWhere(slice, (range) => isFresh(slice, range) && isDoubtful(range));
}

/** Tells of each range whether nothing changed, as far as anybody saw, while it was read, and until its right neighbour was. */
function calmness(slice: SliceLook, { totals }: Changes): (range: number) => boolean {
  // What moved an edge happened between two reads of it, and nobody knows which other ranges were being read just then.
  const isCalm = totals === undefined ? () => false : calmInTime(slice, totals);
  return (range) => !isFresh(slice, range) || isCalm(range);
}

/**
 * Milliseconds by which a total may come late: many sources count now and then, and give the count of a while ago. At the first look all that was
 * read so long before a total changed is in doubt; what is fetched again after that is held against the totals of its own time, or nothing would
 * ever be settled.
 */
const latestTotal = 60_000;

function calmInTime(slice: SliceLook, totals: TotalsInTime): (range: number) => boolean {
  const { reads, at, ranges } = slice;
  const late = slice.isLater ? 0 : latestTotal;
  const edges = edgeTotals(slice);
  return (range) => {
    let [from, to] = [reads.begin[at + range] ?? 0, reads.end[at + range] ?? 0];
    const next = at + range + 1;
    if (range + 1 < ranges && isFresh(slice, range + 1)) {
      from = Math.min(from, reads.begin[next] ?? from);
      to = Math.max(to, reads.end[next] ?? to);
    }
    const total = reads.most[at + range] ?? Number.NaN;
    const isOther = edges.begin <= to + late && (edges.least !== total || edges.most !== total);
    return totals.isOneTotal(from, to + late) && !(late > 0 && isOther);
  };
}

/** What totals a look at edges saw, and when it began. */
function edgeTotals({ edges, edgesAt, ranges }: SliceLook) {
  const seen = { begin: Number.POSITIVE_INFINITY, least: Number.POSITIVE_INFINITY, most: 0 };
  for (let edge = edgesAt; edge < edgesAt + ranges; edge++) {
    if (!edges.has(edge)) continue;
    seen.begin = Math.min(seen.begin, edges.begin[edge] ?? Number.POSITIVE_INFINITY);
    seen.least = Math.min(seen.least, edges.least[edge] ?? Number.POSITIVE_INFINITY);
    seen.most = Math.max(seen.most, edges.most[edge] ?? 0);
  }
  return seen;
}

function isFresh({ reads, fresh, at }: SliceLook, range: number): boolean {
  return fresh[at + range] === 1 && reads.has(at + range);
}

function* freshRanges(slice: SliceLook): Generator<number> {
  for (let range = 0; range < slice.ranges; range++) if (isFresh(slice, range)) yield slice.at + range;
}

function anyRange({ ranges }: SliceLook, test: (range: number) => boolean): boolean {
  for (let range = 0; range < ranges; range++) if (test(range)) return true;
  return false;
}

function rangesWhere({ ranges }: SliceLook, test: (range: number) => boolean): number[] {
  const found: number[] = [];
  for (let range = 0; range < ranges; range++) if (test(range)) found.push(range);
  return found;
}
