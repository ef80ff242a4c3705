import { isCountable, type Pagination, type SequentialPagination } from '../../source/pagination';
import { type Path, parsePath } from '../../source/path';
import { NextPageNotFoundError } from '../guard-errors';
import { describeJson } from './describe-json';
import { homeLink } from './home-link';
import { exactText, type FindPart, partsOf } from './json-value';
import { linkWith, parseLinkHeader } from './link-header';
import type { PageToRead } from './page-to-read';
import type { JsonPart } from './scan-json';
import { withoutCredential } from './without-credential';

/** Some sources write it where a cursor or link would stand. */
const no = Buffer.from('false');

/** What a page says of the one after it. */
export interface NextPage {
  /** What it is asked for by; undefined where none is named. */
  readonly next: string | undefined;
  /** Where it would be named, if nothing at all stands there: neither a name nor null, '' or false. */
  readonly nothingAt?: string;
}

/** What a page says, and where it was looked for. */
interface Found {
  readonly value: JsonPart | undefined;
  readonly place: string;
  /** Whether the page says around that place that nothing is there, such as with null for an object. */
  readonly saysNone: boolean;
}

/**
 * What the page after this one is asked for by: null, '', false or nothing at all mean that none follows. Throws a
 * NextPageNotFoundError when that contradicts `hasMore`, and for what cannot be a cursor; a PermanentError for what holds the
 * credential that the page was asked for with.
 */
export function nextPage(
  read: PageToRead,
  lastRecord: Buffer | undefined,
  hasMore: boolean | undefined,
): NextPage {
  const { pagination } = read.dataset;
  if (isCountable(pagination)) return { next: undefined };
  const found = locate(read, pagination, lastRecord);
  const text = found.value && exactText(found.value.bytes);
  const next = text === '' || found.value?.bytes.equals(no) ? undefined : text;
  if (next !== undefined) {
    const position = pagination.type === 'next-link' ? homeLink(next, read) : next;
    return { next: withoutCredential(position, read, pagination) };
  }
  // Whether another record comes after one without a key, nobody can ask.
  const mustFollow = hasMore ?? (pagination.type === 'keyset' && lastRecord !== undefined);
  const isOdd = /^[[{]/.test(found.value?.bytes.toString('latin1', 0, 1) ?? '');
  if (!mustFollow && !isOdd) {
    const isUnsaid = found.value === undefined && !found.saysNone;
    return isUnsaid ? { next, nothingAt: found.place } : { next };
  }
  const why = hasMore ? `says at '${pagination.hasMore}' that more follow, but ` : '';
  throw new NextPageNotFoundError(
    `${read.where} ${why}holds ${describeJson(found.value, read.page.credentials)} ${found.place}, which the next page cannot be asked for by: correct ${option[pagination.type]}`,
  );
}

const option = { cursor: "'cursor'", 'next-link': "'link'", keyset: "'field'" };

/** Where the body names the next page; undefined where it stands elsewhere. */
export function nextPath(pagination: Pagination): string | undefined {
  if (pagination.type === 'cursor' && pagination.cursor.type === 'body') return pagination.cursor.path;
  return pagination.type === 'next-link' && pagination.link.type === 'body'
    ? pagination.link.path
    : undefined;
}

function locate(
  { page, find }: PageToRead,
  pagination: SequentialPagination,
  lastRecord: Buffer | undefined,
): Found {
  switch (pagination.type) {
    case 'cursor':
      return pagination.cursor.type === 'body'
        ? inBody(find, pagination.cursor.path)
        : inHeader(
            page.headers[pagination.cursor.name.toLowerCase()],
            `in header '${pagination.cursor.name}'`,
            false,
          );
    case 'next-link':
      return pagination.link.type === 'body'
        ? inBody(find, pagination.link.path)
        : inHeader(
            linkWith('next', page.headers.link),
            'as rel="next" of the Link header',
            linksToPages(page.headers.link),
          );
    case 'keyset':
      return {
        value: lastRecord && partsOf(lastRecord)(parsePath(pagination.field)),
        place: `at '${pagination.field}' of the last record`,
        saysNone: true,
      };
  }
}

function inBody(find: FindPart, text: string): Found {
  const path = parsePath(text);
  const value = find(path);
  return { value, place: `at '${text}'`, saysNone: value === undefined && endsInNone(find, path) };
}

/** Whether a path leads nowhere because null, '' or false stands on the way: `paging: null` where 'paging.next' is looked for. */
function endsInNone(find: FindPart, path: Path): boolean {
  for (let length = path.length - 1; length > 0; length--) {
    const part = find(path.slice(0, length));
    if (part !== undefined) return ['null', '""', 'false'].includes(part.bytes.toString('latin1', 0, 6));
  }
  return false;
}

/** Whether a Link header is about pages at all: one that links to the first or last page does not forget the next. */
function linksToPages(header: string | undefined): boolean {
  const relations = parseLinkHeader(header ?? '').flatMap((link) => link.relations);
  return relations.some((relation) => ['first', 'prev', 'previous', 'last'].includes(relation));
}

function inHeader(text: string | undefined, place: string, saysNone: boolean): Found {
  const value = text === undefined ? undefined : { bytes: Buffer.from(JSON.stringify(text)) };
  return { value, place, saysNone };
}
