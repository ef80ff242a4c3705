import type { ExtentInput, PaginationInput } from '../source/input/pagination-input';
import type { Clues } from './clues';
import { type Comparison, comparePages } from './compare-pages';
import { type Confirmed, checkLastPage, extentOf } from './find-extent';
import { findLargerPage, findPageSize, type PageSize } from './find-page-size';
import { type FoundPagination, sure, unsure } from './found-pagination';
import { wholeNumber } from './json-tree';
import { ask, type Finding, type Inquiry, type Look, type Reply, recordsOf } from './look';
import { withParameters } from './parameter-names';
import type { Position } from './positions';
import type { Total } from './totals';

/** Tries a position: undefined where the source does not give the pages that it is asked for. */
export function* findCountable(clues: Clues, position: Position): Inquiry<FoundPagination | undefined> {
  const confirmed = yield* position.type === 'offset' ? tryOffset(clues, position) : tryPage(clues, position);
  if (confirmed === undefined || (position.isGuess && !confirmed.isTried)) return undefined;
  const { compared, look } = confirmed;
  const usual = yield* findPageSize(clues, position.name, compared?.records.length);
  const { extent, finding: said, total } = extentOf(clues, confirmed);
  const last = yield* checkLastPage(clues, confirmed, usual, total);
  const size = compared === undefined ? usual : yield* findLargerPage(clues, usual, total?.value);
  const looks = [look, usual.look, last?.look, size.look].filter((one) => one !== undefined);
  const tooSmall = total && exceeded(total, looks, clues);
  const pages = compared === undefined ? unsure('pages', confirmed.text) : overlap(compared, confirmed.text);
  const findings = [pages, size.finding, tooSmall ?? last?.finding ?? said];
  return {
    pagination: written(confirmed.position, size, extent),
    findings: findings.filter((finding) => finding !== undefined),
    looks: [...new Set(looks)],
    parameters: [position.name, ...(size.name === undefined ? [] : [size.name])],
  };
}

function* tryOffset(clues: Clues, { name, first = 0 }: Position): Inquiry<Confirmed | undefined> {
  const own = wholeNumber(clues.look.url.searchParams.get(name) ?? undefined) ?? first;
  const offset = own + clues.records.length;
  const reply = yield* askAt(clues, name, offset);
  const compared = comparePages(clues.records, reply, clues.path);
  // The last record again: what was taken for the offset of the next one is its own, so that the first has number 1.
  if (compared.type === 'other' && compared.overlapsByOne && own === 0)
    return confirm({ type: 'offset', name, first: 1 }, reply, { ...compared, again: 0 }, `${name}=${offset}`);
  return confirm({ type: 'offset', name, first }, reply, compared, `${name}=${offset}`);
}

function* tryPage(clues: Clues, { name, first }: Position): Inquiry<Confirmed | undefined> {
  const own = wholeNumber(clues.look.url.searchParams.get(name) ?? undefined);
  if (own === undefined && first === undefined) {
    // Page 1 is the page that came without a number, or the one after it: then the first is page 0.
    const reply = yield* askAt(clues, name, 1);
    const compared = comparePages(clues.records, reply, clues.path);
    if (compared.type === 'other')
      return confirm({ type: 'page-number', name, first: 0 }, reply, compared, `${name}=1`);
    if (compared.type !== 'same') return undefined;
  }
  if (own !== undefined && first === undefined) {
    // Where pages are counted from 0, the one that was asked for is the second.
    const reply = yield* askAt(clues, name, own - 1);
    const compared = comparePages(clues.records, reply, clues.path);
    if (compared.type === 'other')
      return confirm({ type: 'page-number', name, first: 0 }, reply, compared, `${name}=${own - 1}`);
  }
  const from = first ?? 1;
  const next = (own ?? from) + 1;
  const reply = yield* askAt(clues, name, next);
  const compared = comparePages(clues.records, reply, clues.path);
  return confirm({ type: 'page-number', name, first: from }, reply, compared, `${name}=${next}`);
}

/** The doubt about a total that is less than what one page holds. */
function exceeded({ value, place }: Total, looks: readonly Look[], { path }: Clues): Finding | undefined {
  const most = Math.max(...looks.map((look) => recordsOf(look, path)?.length ?? 0));
  if (most <= value) return undefined;
  const text = `${place} says ${value} records, but one page held ${most}: it counts something else, or not all`;
  return unsure('total', text);
}

/** The same page's URL for another position. */
function askAt(clues: Clues, name: string, value: number): Inquiry<Reply> {
  return ask(withParameters(clues.look.url, { [name]: value }));
}

function confirm(
  position: Position & { readonly first: number },
  reply: Reply,
  compared: Comparison,
  shown: string,
): Confirmed | undefined {
  switch (compared.type) {
    case 'other': {
      const text = `${shown} gives ${compared.records.length} other records`;
      const look = reply.type === 'look' ? reply.look : undefined;
      return { position, look, compared, text, isTried: true };
    }
    case 'empty':
      return {
        position,
        look: undefined,
        compared: undefined,
        text: `${shown} gives no records, so nothing shows whether pages are asked for so`,
        isTried: true,
      };
    case 'unasked':
      return {
        position,
        look: undefined,
        compared: undefined,
        text: `no request was left to try ${shown}`,
        isTried: false,
      };
    default:
      return undefined;
  }
}

function overlap({ again }: NonNullable<Confirmed['compared']>, text: string): Finding {
  return again === 0
    ? sure('pages', text)
    : unsure('pages', `${text}, but ${again} of them came before: let the request sort, if it can`);
}

function written(
  { type, name, first }: Confirmed['position'],
  size: PageSize,
  total: ExtentInput,
): PaginationInput {
  const { pageSize } = size;
  if (type === 'page-number') {
    return {
      type,
      pageSize,
      ...(first === 1 ? {} : { firstPage: first }),
      ...(name === 'page' ? {} : { pageParameter: name }),
      ...(size.name === 'per_page' ? {} : { sizeParameter: size.name ?? false }),
      total,
    };
  }
  return {
    type,
    pageSize,
    ...(first === 0 ? {} : { firstOffset: first }),
    ...(name === 'offset' ? {} : { offsetParameter: name }),
    ...(size.name === 'limit' ? {} : { sizeParameter: size.name ?? false }),
    total,
  };
}
