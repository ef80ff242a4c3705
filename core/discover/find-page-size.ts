import { type Clues, echoed, saidTotal, sizeInUrl } from './clues';
import { sure, unsure } from './found-pagination';
import { canonicalText } from './json-tree';
import { ask, type Finding, type Inquiry, type Look, recordsOf } from './look';
import { changedParameters } from './next-links';
import { hasRole, sizeNamesFor, withParameters } from './parameter-names';

/** How many records a page holds, and the parameter that says so. */
export interface PageSize {
  readonly pageSize: number;
  /** Undefined where the source decides. */
  readonly name: string | undefined;
  /** Whether pages are known to hold so many. */
  readonly isGiven: boolean;
  readonly finding: Finding;
  /** A larger page that was seen. */
  readonly look?: Look;
  /** Whether the source was asked for so many and gave them, so that it may give more. */
  readonly isHonoured?: boolean;
}

/** Asked for where a source gives fewer by itself: nearly every source allows it, and large pages cost it less. */
const wished = 100;

/** Finds out what the page's size is called, and whether larger pages can be had; `second` is the second page's length. */
export function* findPageSize(clues: Clues, position: string, second: number | undefined): Inquiry<PageSize> {
  const { length } = clues.records;
  const inUrl = sizeInUrl(clues);
  const more = second !== undefined;
  if (inUrl !== undefined) return sizeOfUrl(inUrl, length, more);
  const inLink = sizeInLink(clues);
  const known = inLink ?? echoed(clues, 'size')?.name;
  const names = [...new Set([...(known === undefined ? [] : [known]), ...sizeNamesFor(position)])].slice(
    0,
    2,
  );
  const total = saidTotal(clues);
  const target = length < wished && (total === undefined || total > length) ? wished : Math.ceil(length / 2);
  if (target === length || length === 0) return ownSize(length, inLink);
  for (const name of names) {
    const reply = yield* ask(withParameters(clues.look.url, { [name]: target }));
    if (reply.type === 'unasked') break;
    const found = reply.type === 'look' ? recordsOf(reply.look, clues.path)?.length : undefined;
    if (reply.type !== 'look' || found === undefined) continue;
    const judged = judge(found, { length, target, total, name });
    if (judged !== undefined) return found > length ? { ...judged, look: reply.look } : judged;
  }
  return ownSize(length, inLink);
}

function sizeOfUrl(
  { name, value }: { name: string; value: number },
  length: number,
  more: boolean,
): PageSize {
  if (length === value)
    return {
      pageSize: value,
      name,
      isGiven: true,
      finding: sure('page size', `${name}=${value} gives ${length} records`),
    };
  const pageSize = more ? length : value;
  const text = `${name}=${value} gives ${length} records${more ? ' though more follow, so the source seems to give no more at once' : ''}`;
  return { pageSize, name, isGiven: more, finding: unsure('page size', text) };
}

/** What a page of another size than before proves; undefined where it proves nothing. */
function judge(
  found: number,
  {
    length,
    target,
    total,
    name,
  }: { length: number; target: number; total: number | undefined; name: string },
): PageSize | undefined {
  if (target < length && found === target)
    return {
      pageSize: length,
      name,
      isGiven: true,
      isHonoured: true,
      finding: sure('page size', `${name}=${target} gives ${found} records`),
    };
  if (found <= length) return undefined;
  if (found === target || found === total)
    return {
      pageSize: target,
      name,
      isGiven: true,
      isHonoured: found === target,
      finding: sure('page size', `${name}=${target} gives ${found} records, and not ${length}`),
    };
  const text = `${name}=${target} gives ${found} records: taken for the most that the source gives at once`;
  return { pageSize: found, name, isGiven: true, finding: unsure('page size', text) };
}

/** Sizes that are worth another request, the largest first. */
const larger = [1000, 500, 200];

/**
 * A page size that needs fewer requests, where the source gives as many as it is asked for: the largest of the usual ones that
 * it can fill. What it gives then is what it gives at most.
 */
export function* findLargerPage(clues: Clues, size: PageSize, total: number | undefined): Inquiry<PageSize> {
  const { name, pageSize } = size;
  const target = larger.find((one) => one > pageSize && (total === undefined || one <= total));
  if (name === undefined || !size.isHonoured || target === undefined) return size;
  const reply = yield* ask(withParameters(clues.look.url, { [name]: target }));
  const held = reply.type === 'look' ? recordsOf(reply.look, clues.path)?.length : undefined;
  if (reply.type !== 'look' || held === undefined || held <= pageSize || held > target) return size;
  if (held === target) {
    const finding = sure('page size', `${name}=${target} gives ${held} records`);
    return { ...size, pageSize: target, finding, look: reply.look };
  }
  // Without a total, fewer may be all there are.
  if (total === undefined) return { ...size, look: reply.look };
  const text = `${name}=${target} gives ${held} records of ${total}: taken for the most that the source gives at once`;
  return { ...size, pageSize: held, finding: unsure('page size', text), look: reply.look };
}

/** The source's own size, by the name that its link has for it, or by none. */
function ownSize(length: number, inLink: string | undefined): PageSize {
  const pageSize = Math.max(1, length);
  if (inLink !== undefined)
    return {
      pageSize,
      name: inLink,
      isGiven: true,
      finding: sure('page size', `the link to the next page says ${inLink}=${length}`),
    };
  const text = `pages hold ${length} records; no parameter for their size was found, and larger ones would be faster`;
  return { pageSize, name: undefined, isGiven: true, finding: unsure('page size', text) };
}

function sizeInLink({ next, look, records }: Clues): string | undefined {
  if (next === undefined) return undefined;
  const changed = changedParameters(look.url, next.url);
  return changed.find(({ name, value }) => hasRole(name, 'size') && Number(value) === records.length)?.name;
}

/**
 * Where all records came in one page, asks for half as many, so that paging can be tried all the same; undefined where
 * the source does not honour that.
 */
export function* halve(clues: Clues): Inquiry<{ readonly look: Look; readonly name: string } | undefined> {
  const { records, look, path } = clues;
  const half = Math.ceil(records.length / 2);
  if (half === records.length) return undefined;
  const echo = echoed(clues, 'size')?.name;
  const known = sizeInUrl(clues)?.name ?? echo;
  const page = echoed(clues, 'page')?.name;
  const guesses = page === undefined ? ['limit', 'per_page'] : sizeNamesFor(page);
  const names = [...new Set([...(known === undefined ? [] : [known]), ...guesses])].slice(0, 2);
  for (const name of names) {
    const reply = yield* ask(withParameters(look.url, { [name]: half }));
    const found = reply.type === 'look' ? recordsOf(reply.look, path) : undefined;
    if (reply.type !== 'look' || found === undefined || found.length !== half) continue;
    const begins = found.every((record, at) => canonicalText(record) === canonicalText(records[at] ?? null));
    if (begins) return { look: reply.look, name };
  }
  return undefined;
}
