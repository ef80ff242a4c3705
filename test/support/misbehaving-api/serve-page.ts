import type { Extent, Pagination, SequentialPagination, Total } from '../../../core/source/pagination';
import { parsePath } from '../../../core/source/path';
import type { Dataset } from '../../../core/source/source';
import { type Received, type Reply, reply } from './exchange';
import { parameterValue } from './parameter-value';

/** Anything that has an id and can be sent. */
export type Sendable = { readonly id: number };

/** What a request asks for: a page, or the records from one on. */
export type Asked =
  | { readonly page: number; readonly size: number }
  | { readonly start: number; readonly size: number };

/** What is sent for it, before it is written down. */
export interface ServedPage {
  readonly items: readonly Sendable[];
  /** Position of the first item in its slice. */
  readonly start: number;
  readonly size: number;
  /** Items that the slice holds. */
  readonly total: number;
  /** Where the next page begins; undefined behind the last. */
  readonly next: number | undefined;
  /** Makes the next cursor another text than it would be. */
  readonly nonce?: number;
  /** Where next links lead. @default the API itself */
  readonly linkOrigin?: string;
}

type Served = Pick<Dataset, 'request' | 'pagination' | 'records'>;

/** Records per page where nobody asks for a number. */
export const ownPageSize = 10;

/** Reads what a request asks for; undefined when it makes no sense. */
export function readAsked(
  dataset: Served,
  received: Received,
  items: readonly Sendable[],
): Asked | undefined {
  const { pagination, request } = dataset;
  if (pagination.type === 'single') return { start: 0, size: Math.max(1, items.length) };
  const { sizeParameter } = pagination;
  const asked = sizeParameter && parameterValue(received, sizeParameter, request.path);
  if (sizeParameter && asked === undefined && pagination.type !== 'next-link') return undefined;
  const size = asked === undefined ? (pagination.pageSize ?? ownPageSize) : Number(asked);
  if (!Number.isInteger(size) || size < 1) return undefined;
  const position = readPosition(pagination, received, request.path, items);
  if (position === undefined || !Number.isInteger(position) || position < 0) return undefined;
  return pagination.type === 'page-number' ? { page: position, size } : { start: position, size };
}

function readPosition(
  pagination: Exclude<Pagination, { type: 'single' }>,
  received: Received,
  template: string,
  items: readonly Sendable[],
): number | undefined {
  switch (pagination.type) {
    case 'page-number':
      return Number(parameterValue(received, pagination.pageParameter, template)) - pagination.firstPage;
    case 'offset':
      return Number(parameterValue(received, pagination.offsetParameter, template)) - pagination.firstOffset;
    case 'cursor': {
      const cursor = parameterValue(received, pagination.parameter, template);
      return cursor === pagination.first ? 0 : readCursor(cursor);
    }
    case 'next-link': {
      const cursor = received.url.searchParams.get('cursor');
      return cursor === null ? 0 : readCursor(cursor);
    }
    case 'keyset': {
      const key = parameterValue(received, pagination.parameter, template);
      if (key === pagination.first) return 0;
      const index = items.findIndex(({ id }) => id > Number(key));
      return index === -1 ? items.length : index;
    }
  }
}

/** A cursor is opaque, and holds what a URL must escape. */
function writeCursor(start: number, nonce = 0): string {
  return Buffer.from(`+/=&?#${start}:${nonce}`).toString('base64');
}

function readCursor(cursor: string | undefined): number | undefined {
  const text = Buffer.from(cursor ?? '', 'base64').toString();
  const match = /^\+\/=&\?#(\d+):\d+$/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

/** Writes a page down as its dataset says pages are. */
export function writePage(dataset: Served, page: ServedPage, received: Received): Reply {
  const { pagination } = dataset;
  const headers: Record<string, string> = {};
  if (dataset.records === '') {
    writeExtent(pagination, page, received, {}, headers);
    return reply(200, page.items, headers);
  }
  const body = {};
  setAt(body, dataset.records, page.items);
  writeExtent(pagination, page, received, body, headers);
  return reply(200, body, headers);
}

function writeExtent(
  pagination: Pagination,
  page: ServedPage,
  received: Received,
  body: object,
  headers: Record<string, string>,
): void {
  switch (pagination.type) {
    case 'single':
      return;
    case 'page-number':
    case 'offset':
      writeCountable(pagination, pagination.total, page, received, body, headers);
      return;
    default:
      if (pagination.total) writeTotal(pagination.total, page, body, headers);
      if (pagination.hasMore) setAt(body, pagination.hasMore, page.next !== undefined);
      writeNext(pagination, page, received, body, headers);
  }
}

function writeCountable(
  pagination: Extract<Pagination, { total: Extent }>,
  extent: Extent,
  page: ServedPage,
  received: Received,
  body: object,
  headers: Record<string, string>,
): void {
  if (extent.type === 'none') {
    if (extent.hasMore) setAt(body, extent.hasMore, page.next !== undefined);
    return;
  }
  if (extent.type !== 'last-link') {
    writeTotal(extent, page, body, headers);
    return;
  }
  const last = Math.max(0, Math.ceil(page.total / page.size) - 1);
  const url = new URL(received.url);
  const parameter = pagination.type === 'offset' ? pagination.offsetParameter : pagination.pageParameter;
  const value =
    pagination.type === 'offset' ? pagination.firstOffset + last * page.size : pagination.firstPage + last;
  if (parameter.in === 'query') url.searchParams.set(parameter.name, String(value));
  if (extent.path !== undefined) setAt(body, extent.path, url.href);
  else headers.link = `<${received.url.href}>; rel="first", <${url.href}>; rel="last"`;
}

function writeTotal(total: Total, page: ServedPage, body: object, headers: Record<string, string>): void {
  const count = total.counts === 'records' ? page.total : Math.ceil(page.total / page.size);
  if (total.type === 'body') setAt(body, total.path, count);
  else headers[total.name.toLowerCase()] = String(count);
}

function writeNext(
  pagination: SequentialPagination,
  page: ServedPage,
  received: Received,
  body: object,
  headers: Record<string, string>,
): void {
  if (pagination.type === 'keyset') return;
  const next = page.next ?? startAfterTheLast(pagination, page);
  if (next === undefined) {
    if (page.start === 0) writeNone(pagination, received, body, headers);
    return;
  }
  const cursor = writeCursor(next, page.nonce);
  if (pagination.type === 'cursor') {
    if (pagination.cursor.type === 'header') headers[pagination.cursor.name.toLowerCase()] = cursor;
    else setAt(body, pagination.cursor.path, cursor);
    return;
  }
  const url = new URL(received.url);
  url.searchParams.set('cursor', cursor);
  const link = page.linkOrigin === undefined ? url.href : page.linkOrigin + url.pathname + url.search;
  if (pagination.link.type === 'header') headers.link = `<${link}>; rel="next"`;
  else setAt(body, pagination.link.path, link);
}

/** A first page that may be full says in so many words that nothing follows; others leave it out. */
function writeNone(
  pagination: Exclude<SequentialPagination, { type: 'keyset' }>,
  { url }: Received,
  body: object,
  headers: Record<string, string>,
): void {
  if (pagination.type === 'cursor') {
    if (pagination.cursor.type === 'header') headers[pagination.cursor.name.toLowerCase()] = '';
    else setAt(body, pagination.cursor.path, null);
  } else if (pagination.link.type === 'header') headers.link = `<${url.href}>; rel="first"`;
  else setAt(body, pagination.link.path, null);
}

/** What the last page still names, where a chain ends by something else than naming nothing. */
function startAfterTheLast({ end, hasMore }: SequentialPagination, page: ServedPage): number | undefined {
  if (end.includes('repeated-cursor')) return page.start + page.items.length;
  return end.length > 0 || hasMore ? page.start + page.items.length : undefined;
}

/** Sets a value inside an object, making the objects on the way. */
export function setAt(target: object, path: string, value: unknown): void {
  const segments = [...parsePath(path)];
  const last = segments.pop();
  if (last === undefined) throw new Error('a path inside an object has at least one key');
  let current = target;
  for (const segment of segments) {
    if (!Reflect.has(current, segment)) Reflect.set(current, segment, {});
    current = Reflect.get(current, segment);
  }
  Reflect.set(current, last, value);
}
