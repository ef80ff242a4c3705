import { pageRangeName, parsePageRangeName } from '../../plan/grid';
import type { PageRange, RangeName } from '../../plan/plan';
import { givenUpKey, type RunName } from '../keys';
import type { Unrolled } from '../missing/unroll';
import type { Lake } from '../ports';
import { fullRangeName, type RangeExtent } from './dead-groups';
import type { GivenUp } from './given-up';

/** What a run, or a look of it, misses. */
export interface MissingRanges {
  readonly plan: RunName;
  readonly unrolled: Unrolled;
}

/** Ranges that somebody named, sorted by what can be done about them. */
export interface NamedRanges {
  readonly missing: readonly PageRange[];
  /** Given up before: nothing is left to do. */
  readonly before: readonly PageRange[];
  /** One sentence for each name that is neither. */
  readonly problems: readonly string[];
}

/** Names of missing ranges that a sentence gives. */
const mostNames = 10;

/** Finds the ranges of a run by their names, such as 'all-00000042', or by the word 'missing'. */
export function findRanges(names: readonly string[], { plan, unrolled }: MissingRanges): NamedRanges {
  const all = new Map(
    [...unrolled.missing()].map((range) => [fullRangeName({ ...range, look: plan.look }), range]),
  );
  const before = new Map(
    unrolled.givenUp.map((range) => [fullRangeName({ ...range, look: plan.look }), range]),
  );
  if (names.includes('missing')) {
    return { missing: [...all.values()], before: [...before.values()], problems: [] };
  }
  const unique = [...new Set(names)];
  return {
    missing: unique.flatMap((name) => all.get(name) ?? []),
    before: unique.flatMap((name) => before.get(name) ?? []),
    problems: unique.flatMap((name) =>
      all.has(name) || before.has(name) ? [] : [problemOf(name, [...all.keys()], unrolled)],
    ),
  };
}

/** Writes down that ranges are given up, each by whoever does so first; resolves to their number. */
export async function giveUp(
  ranges: readonly RangeName[],
  run: RunName,
  { reason, by, at }: Pick<GivenUp, 'reason' | 'by' | 'at'>,
  lake: Pick<Lake, 'putIfAbsent'>,
): Promise<number> {
  let written = 0;
  for (const { slice, index } of ranges) {
    const document: GivenUp = { slice, index, look: run.look, reason, by, at };
    const options = { contentType: 'application/json' };
    const key = givenUpKey(run, { slice, index });
    if ((await lake.putIfAbsent(key, JSON.stringify(document), options)) === 'created') written++;
  }
  return written;
}

/** How large a hole the ranges leave, as far as anybody knows. */
export interface Hole {
  readonly ranges: number;
  /** Of the ranges whose pages are known beforehand. */
  readonly pages: number;
  /** Of those pages, at most: the last page of a slice may hold fewer. */
  readonly records: number;
  /** Slices of which nothing is known from one of the ranges on: all that would have followed is missing too. */
  readonly openSlices: readonly string[];
}

/** How large a hole the ranges leave. */
export function holeOf(ranges: readonly PageRange[]): Hole {
  let pages = 0;
  let records = 0;
  const openSlices: string[] = [];
  for (const range of ranges) {
    if (range.type === 'pages') {
      pages += range.pages;
      records += recordsOf(range);
    } else if (range.type === 'chain') openSlices.push(range.slice);
    else openSlices.push(...range.slices.map(({ name }) => name));
  }
  return { ranges: ranges.length, pages, records, openSlices };
}

/** The pages of a range and how many records they hold at most; undefined where nobody knows. */
export function extentOf(range: PageRange): RangeExtent | undefined {
  if (range.type !== 'pages') return undefined;
  return { firstPage: range.firstPage, pages: range.pages, records: recordsOf(range) };
}

function recordsOf({ firstPage, pages, pageSize, total }: Extract<PageRange, { type: 'pages' }>): number {
  const most = pages * pageSize;
  return total === undefined ? most : Math.max(0, Math.min(most, total - firstPage * pageSize));
}

function problemOf(name: string, missing: readonly string[], { present }: Unrolled): string {
  const range = parsePageRangeName(name.replace(/^look-\d+\//, ''));
  if (range && present.has(range) && pageRangeName(range) === name) {
    return `range ${name} is there already, so it cannot be given up`;
  }
  if (missing.length === 0) return `range ${name} is not missing: no range is`;
  const more =
    missing.length > mostNames ? `, and ${(missing.length - mostNames).toLocaleString('en')} more` : '';
  return `range ${name} is none that is missing: those are ${missing.slice(0, mostNames).join(', ')}${more}`;
}
