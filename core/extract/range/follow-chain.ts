import type { Position } from '../../plan/plan';
import { type ChainEnd, isCountable, type SequentialPagination } from '../../source/pagination';
import {
  EmptyPageError,
  EndlessChainError,
  NextPageNotFoundError,
  RepeatedCursorError,
  TotalNotFoundError,
} from '../guard-errors';
import { placeOf } from '../page/extent';
import { advance } from './cycle';
import { pageName, type RangeWork, type SeenPage, type SliceOfPage, seePage } from './range-work';

/** One page of a chain, and where it goes on. */
export interface ChainPage {
  /** Undefined where the answer's status means that nothing is there. */
  readonly seen: SeenPage | undefined;
  /** Of the next page; undefined at the end of the chain. */
  readonly following: Position | undefined;
}

/**
 * Fetches the page at a position of a slice's chain and decides how the chain goes on. Rejects with a
 * RepeatedCursorError when the page names a cursor that was followed before, with an EmptyPageError when a status says
 * that a page is not there that the one before names, with a TotalNotFoundError or NextPageNotFoundError when the slice's
 * first page does not say what it must, and with what fetchPage and readPage reject with.
 */
export async function followChain(
  work: RangeWork,
  slice: SliceOfPage,
  position: Position,
): Promise<ChainPage> {
  const pagination = sequential(work);
  const { page, cursor } = position;
  const seen = await seePage(work, slice, { page, pageSize: pagination.pageSize, cursor });
  const where = pageName(work, slice, page);
  if (seen === undefined) {
    if (page > 0 && !pagination.end.includes('empty-page')) throw isNotThere(where);
    return { seen, following: undefined };
  }
  if (page === 0) checkFirst(seen, pagination, where);
  const records = position.records + seen.content.records;
  const next = nextCursor(seen, pagination, position, records);
  if (next === undefined) return { seen, following: undefined };

  if (next === cursorUsed(seen, pagination, position)) throw standsStill(where, next, pagination);
  const { mark, repeated } = advance(position.mark, next);
  if (repeated) throw goesInCircle(where, next);
  const total = page === 0 ? seen.content.total : position.total;
  const emptyPages = seen.content.records === 0 ? (position.emptyPages ?? 0) + 1 : 0;
  if (total !== undefined && records > farBeyond(total)) throw goesBeyond(where, records, total);
  if (emptyPages > mostEmptyPages) throw holdsNothing(where, emptyPages);
  return {
    seen,
    following: {
      page: page + 1,
      cursor: next,
      records,
      mark,
      ...(total === undefined ? {} : { total }),
      ...(emptyPages === 0 ? {} : { emptyPages }),
    },
  };
}

/** What is wrong with a path or a header's name shows on the first page; later ones may leave out a total, and the last one all. */
function checkFirst({ content }: SeenPage, pagination: SequentialPagination, where: string): void {
  const { records, total, totalPages, hasMore, nothingAt } = content;
  if (pagination.total !== undefined && total === undefined && totalPages === undefined) {
    throw new TotalNotFoundError(`${where} holds nothing ${placeOf(pagination.total)}: correct 'total'`);
  }
  if (pagination.type === 'keyset' || nothingAt === undefined || hasMore === false) return;
  if (pagination.end.includes('no-next')) return;
  const isFull = pagination.pageSize !== undefined && records >= pagination.pageSize;
  const isAll = (total !== undefined && records >= total) || (totalPages !== undefined && totalPages <= 1);
  if (isFull && !isAll) throw namesNothing(where, records, nothingAt, pagination);
}

/** Some sources filter pages after cutting them, so empty ones may come in a row; this many lead nowhere. */
const mostEmptyPages = 1000;

/** Records may be added while a chain is followed, but not as many again. */
function farBeyond(total: number): number {
  return Math.max(2 * total, total + 1000);
}

/** Whether the slices' first pages say how many records there are. */
export function saysTotal({ dataset: { pagination } }: Pick<RangeWork, 'dataset'>): boolean {
  return !isCountable(pagination) && pagination.total?.counts === 'records';
}

function sequential({ dataset: { name, pagination } }: RangeWork): SequentialPagination {
  if (isCountable(pagination)) throw new Error(`${name}: ${pagination.type} pages are no chain`);
  return pagination;
}

/** The cursor of the next page; undefined where the chain ends. What a flag says is believed first. */
function nextCursor(
  seen: SeenPage,
  pagination: SequentialPagination,
  position: Position,
  recordsSoFar: number,
): string | undefined {
  const { next, hasMore } = seen.content;
  if (hasMore === false || next === undefined) return undefined;
  const isEnd = pagination.end.some((end) => marksEnd(end, seen, pagination, position, recordsSoFar));
  return isEnd ? undefined : next;
}

function marksEnd(
  end: ChainEnd,
  seen: SeenPage,
  pagination: SequentialPagination,
  position: Position,
  recordsSoFar: number,
): boolean {
  const { next, records, total = position.total, totalPages, hasMore } = seen.content;
  switch (end) {
    case 'empty-page':
      return records === 0 && hasMore !== true;
    case 'short-page':
      return pagination.pageSize !== undefined && records < pagination.pageSize;
    case 'repeated-cursor':
      return next === cursorUsed(seen, pagination, position);
    case 'no-next':
      return false; // of a page that names one
    case 'total':
      if (total !== undefined && recordsSoFar >= total) return true;
      return totalPages !== undefined && position.page + 1 >= totalPages;
  }
}

/** What the page was asked for by. */
function cursorUsed(
  { request }: SeenPage,
  pagination: SequentialPagination,
  { cursor }: Position,
): string | undefined {
  return cursor ?? (pagination.type === 'next-link' ? request.url : pagination.first);
}

function isNotThere(where: string): EmptyPageError {
  return new EmptyPageError(
    `${where} is not there, though the page before names it: records were deleted meanwhile, 'statuses' takes a failure for an empty page, or the source ends its chains so (declare end: ['empty-page'])`,
  );
}

function namesNothing(
  where: string,
  records: number,
  place: string,
  { type }: SequentialPagination,
): NextPageNotFoundError {
  const option = type === 'next-link' ? 'link' : 'cursor';
  return new NextPageNotFoundError(
    `${where} is full, and there is nothing ${place}, not even null: correct '${option}'; if the source leaves it out on a last page that happens to be full (here: exactly ${records} records), declare end: ['no-next']`,
  );
}

function standsStill(where: string, next: string, pagination: SequentialPagination): RepeatedCursorError {
  if (pagination.type === 'keyset') {
    return new RepeatedCursorError(
      `${where} ends with the ${pagination.field} that it was asked to begin behind (${excerpt(next)}): either more records than fit a page have the same ${pagination.field} (sort by a unique field, or ask for larger pages), or the source ignores the parameter (check 'parameter')`,
    );
  }
  return new RepeatedCursorError(
    `${where} names as the next page the one it is (${excerpt(next)}): the source ignores what it is asked for (check where it is sent), or marks its last page so (declare end: ['repeated-cursor'])`,
  );
}

function goesInCircle(where: string, next: string): RepeatedCursorError {
  return new RepeatedCursorError(
    `${where} names as the next page one that was loaded before (${excerpt(next)}): the chain goes in a circle and has no end (check the request's sort order, and where the cursor is read)`,
  );
}

function goesBeyond(where: string, records: number, total: number): EndlessChainError {
  return new EndlessChainError(
    `${where} is followed by more, though ${records} records have come and the source said that there are ${total}: the chain has no end (check where the cursor is sent, and 'total'; or declare end: ['total'])`,
  );
}

function holdsNothing(where: string, emptyPages: number): EndlessChainError {
  return new EndlessChainError(
    `${where} is empty like the ${emptyPages - 1} before it, and names another: the chain has no end (declare end: ['empty-page'] where an empty page ends it)`,
  );
}

/** Cursors may be kilobytes long. */
function excerpt(cursor: string): string {
  return cursor.length > 80 ? `${cursor.slice(0, 80)}…` : cursor;
}
