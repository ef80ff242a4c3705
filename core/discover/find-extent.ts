import type { ExtentInput } from '../source/input/pagination-input';
import { type Clues, cluesOf, saidTotal } from './clues';
import type { Comparison } from './compare-pages';
import type { PageSize } from './find-page-size';
import { sure, unsure } from './found-pagination';
import { ask, type Finding, type Inquiry, type Look, recordsOf } from './look';
import { withParameters } from './parameter-names';
import type { Position } from './positions';
import { sameTotal, type Total } from './totals';

/** A position that works: what the first page is called, the second page, and what it holds. */
export interface Confirmed {
  readonly position: Position & { readonly first: number };
  readonly look: Look | undefined;
  readonly compared: Extract<Comparison, { type: 'other' }> | undefined;
  readonly text: string;
  /** Whether the source was asked at all. */
  readonly isTried: boolean;
}

/** How much there is, and how that is known. */
export interface ExtentFound {
  readonly extent: ExtentInput;
  readonly finding: Finding;
  /** Where records are counted. */
  readonly total?: Total;
}

/** How much there is: a total that both pages agree on, the link to the last page, a flag, or else nothing. */
export function extentOf(clues: Clues, { position, look, compared }: Confirmed): ExtentFound {
  const seen = clues.records.length + (compared?.records.length ?? 0);
  const second = look && cluesOf(look, clues.path);
  const total = clues.totals.find((one) => isPlausible(one, seen, clues, second));
  if (total !== undefined) {
    const what = `${total.value.toLocaleString('en')} ${total.counts} at ${total.place}`;
    const finding = second
      ? sure('total', `${what}, the same on two pages`)
      : unsure('total', `${what}, on the only page that was seen`);
    return { extent: total.where, finding, ...(total.counts === 'records' ? { total } : {}) };
  }
  const { last, flag } = clues;
  if (last?.url.searchParams.has(position.name)) {
    const path = last.path === undefined ? {} : { path: last.path };
    const text = `the link to the last page ${last.place} names ${position.name}=${last.url.searchParams.get(position.name)}`;
    return { extent: { type: 'last-link', ...path }, finding: sure('total', text) };
  }
  if (flag !== undefined) {
    const finding = unsure(
      'total',
      `the source does not say how many records there are; '${flag.path}' tells the last page`,
    );
    return { extent: { type: 'none', hasMore: flag.path }, finding };
  }
  const text =
    'the source does not say how many records there are: the first empty page is looked for, and no run can prove that it is complete';
  return { extent: { type: 'none' }, finding: unsure('total', text) };
}

function isPlausible(total: Total, seen: number, clues: Clues, second: Clues | undefined): boolean {
  const again = second && sameTotal(total, second.look, second.facts);
  if (second !== undefined && again !== total.value) return false;
  if (total.counts === 'pages') return total.value >= (second === undefined ? 1 : 2);
  if (total.value < seen) return false;
  // Where pages are counted, too, both must agree.
  const pages = clues.totals.find(({ counts, value }) => counts === 'pages' && value > 1);
  return pages === undefined || Math.abs(Math.ceil(total.value / clues.records.length) - pages.value) <= 1;
}

/** The last page, and what it says of the total. */
export interface LastPage {
  readonly look?: Look;
  readonly finding: Finding;
}

/** The surest test of a total: the last page holds as many records as are left over. */
export function* checkLastPage(
  clues: Clues,
  { position, compared }: Confirmed,
  size: PageSize,
  total: Total | undefined,
): Inquiry<LastPage | undefined> {
  const pages = total === undefined ? 0 : Math.ceil(total.value / size.pageSize);
  if (
    total === undefined ||
    compared === undefined ||
    pages < 3 ||
    (size.look === undefined && !size.isGiven)
  )
    return undefined;
  const left = total.value - (pages - 1) * size.pageSize;
  const at = position.first + (pages - 1) * (position.type === 'offset' ? size.pageSize : 1);
  const sized = size.name === undefined ? {} : { [size.name]: size.pageSize };
  const reply = yield* ask(withParameters(clues.look.url, { ...sized, [position.name]: at }));
  const what = `${total.value.toLocaleString('en')} records at ${total.place}`;
  if (reply.type === 'unasked') return undefined;
  const found = reply.type === 'look' ? recordsOf(reply.look, clues.path)?.length : undefined;
  if (reply.type === 'look' && found === left)
    return {
      look: reply.look,
      finding: sure(
        'total',
        `${what}: the last page, ${position.name}=${at}, holds the ${left} that are left`,
      ),
    };
  const instead =
    reply.type === 'refused' ? reply.reason : `holds ${found ?? 'no list of'} records and not ${left}`;
  return {
    finding: unsure(
      'total',
      `${what}, but the last page, ${position.name}=${at}, ${instead}: perhaps not all can be seen`,
    ),
  };
}

/** Whether a page says how much there is, so that its pages can be counted. */
export function hasExtent(clues: Clues): boolean {
  const total = saidTotal(clues);
  return (
    clues.last !== undefined || total !== undefined || clues.totals.some(({ counts }) => counts === 'pages')
  );
}
