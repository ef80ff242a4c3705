import { isCountable, type Pagination, type SequentialPagination } from '../../source/pagination';
import { parsePath } from '../../source/path';
import { NextPageNotFoundError } from '../guard-errors';
import { describeJson } from './describe-json';
import { homeLink } from './home-link';
import { exactText, type FindPart, type JsonPart, partsOf } from './json-value';
import { linkWith } from './link-header';
import type { PageToRead } from './page-to-read';

/** Some sources write it where a cursor or link would stand. */
const no = Buffer.from('false');

/** What a page says, and where it was looked for. */
interface Found {
  readonly value: JsonPart | undefined;
  readonly place: string;
}

/**
 * What the page after this one is asked for by: null, '', false or nothing at all mean that none follows. Throws a
 * NextPageNotFoundError when that contradicts `hasMore`, and for what cannot be a cursor.
 */
export function nextPage(
  read: PageToRead,
  lastRecord: Buffer | undefined,
  hasMore: boolean | undefined,
): string | undefined {
  const { pagination } = read.dataset;
  if (isCountable(pagination)) return undefined;
  const found = locate(read, pagination, lastRecord);
  const text = found.value && exactText(found.value.bytes);
  const next = text === '' || found.value?.bytes.equals(no) ? undefined : text;
  if (next !== undefined) return pagination.type === 'next-link' ? homeLink(next, read) : next;
  // Whether another record comes after one without a key, nobody can ask.
  const mustFollow = hasMore ?? (pagination.type === 'keyset' && lastRecord !== undefined);
  const isOdd = /^[[{]/.test(found.value?.bytes.toString('latin1', 0, 1) ?? '');
  if (!mustFollow && !isOdd) return undefined;
  const why = hasMore ? `says at '${pagination.hasMore}' that more follow, but ` : '';
  throw new NextPageNotFoundError(
    `${read.where} ${why}holds ${describeJson(found.value)} ${found.place}, which the next page cannot be asked for by: correct ${option[pagination.type]}`,
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
          );
    case 'next-link':
      return pagination.link.type === 'body'
        ? inBody(find, pagination.link.path)
        : inHeader(linkWith('next', page.headers.link), 'as rel="next" of the Link header');
    case 'keyset':
      return {
        value: lastRecord && partsOf(lastRecord)(parsePath(pagination.field)),
        place: `at '${pagination.field}' of the last record`,
      };
  }
}

function inBody(find: FindPart, path: string): Found {
  return { value: find(parsePath(path)), place: `at '${path}'` };
}

function inHeader(text: string | undefined, place: string): Found {
  return { value: text === undefined ? undefined : { bytes: Buffer.from(JSON.stringify(text)) }, place };
}
