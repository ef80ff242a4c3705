import fc from 'fast-check';
import { PermanentError, TransientError } from '../../../../core/errors';
import {
  CutOffBodyError,
  ForeignLinkError,
  NextPageNotFoundError,
  RecordsNotFoundError,
  TotalNotFoundError,
} from '../../../../core/extract/guard-errors';
import { readPage } from '../../../../core/extract/page/read-page';
import type {
  CursorPagination,
  KeysetPagination,
  NextLinkPagination,
  Pagination,
} from '../../../../core/source/pagination';
import { byPageNumber, cities } from '../fixtures';

const at = { in: 'query', name: 'after' } as const;
const cursor: CursorPagination = {
  type: 'cursor',
  cursor: { type: 'body', path: 'meta.next' },
  parameter: at,
  sizeParameter: undefined,
  end: [],
};
const link: NextLinkPagination = {
  type: 'next-link',
  link: { type: 'body', path: 'meta.next' },
  sizeParameter: undefined,
  end: [],
};
const keyset: KeysetPagination = {
  type: 'keyset',
  field: 'id',
  parameter: at,
  sizeParameter: undefined,
  end: ['empty-page'],
};

interface Answered {
  body: unknown;
  headers?: Record<string, string>;
  secretParameter?: string;
  credentials?: string[];
}

function read(pagination: Pagination, { body, headers = {}, secretParameter, credentials = [] }: Answered) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const page = {
    body: Buffer.from(text),
    headers,
    credentials,
    ...(secretParameter ? { secretParameter } : {}),
  };
  const request = { method: 'GET' as const, url: 'https://api.example.com/v1/cities?page=1', headers: {} };
  return readPage({ ...cities, pagination }, page, request, 'page 0 of slice all of cities');
}

const nextOf = (pagination: Pagination, next: unknown, more: Partial<Answered> = {}) =>
  read(pagination, { body: { data: [{ id: 1 }], meta: { next } }, ...more }).next;

describe('a page', () => {
  it('tells its records and the total', () => {
    expect(read(byPageNumber, { body: { data: [{}, {}], meta: { total: 7 } } })).toEqual({
      records: 2,
      total: 7,
      totalPages: undefined,
      next: undefined,
      hasMore: undefined,
    });
  });

  it('may count pages, in the body or a header', () => {
    const inBody: Pagination = {
      ...byPageNumber,
      total: { type: 'body', path: 'meta.pages', counts: 'pages' },
    };
    expect(read(inBody, { body: { data: [], meta: { pages: '3' } } })).toMatchObject({
      totalPages: 3,
      total: undefined,
    });
    const inHeader: Pagination = {
      ...byPageNumber,
      total: { type: 'header', name: 'X-Pages', counts: 'pages' },
    };
    expect(read(inHeader, { body: { data: [] }, headers: { 'x-pages': '4' } })).toMatchObject({
      totalPages: 4,
    });
  });

  it('need not repeat the total', () => {
    for (const meta of [{}, { total: null }])
      expect(read(byPageNumber, { body: { data: [], meta } }).total).toBeUndefined();
  });

  it('without an array of records is refused, and says what it has', () => {
    const run = () => read(byPageNumber, { body: { items: [], meta: { total: 1 } } });
    expect(run).toThrow(RecordsNotFoundError);
    expect(run).toThrow(
      "page 0 of slice all of cities holds nothing at 'data', not an array of records: correct 'records' (the body has items, meta)",
    );
    expect(() => read(byPageNumber, { body: { data: null } })).toThrow("holds null at 'data'");
  });

  it.each(['many', 1.5, -1, {}, true])('with the total %j is refused', (total) => {
    expect(() => read(byPageNumber, { body: { data: [], meta: { total } } })).toThrow(TotalNotFoundError);
  });

  it('that is malformed may be whole next time', () => {
    for (const body of [
      '{"data": [{"id": 1}',
      '{"data": [1 2], "meta": {}}',
      '{"data": [], "meta": {"total": 1x}}',
    ]) {
      expect(() => read(byPageNumber, { body })).toThrow(CutOffBodyError);
      expect(() => read(byPageNumber, { body })).toThrow(TransientError);
    }
  });
});

describe('the next page by cursor', () => {
  it('is exact, beyond 2^53 too, and in a header', () => {
    expect(nextOf(cursor, 'a"ü=')).toBe('a"ü=');
    expect(read(cursor, { body: '{"data": [], "meta": {"next": 12345678901234567890}}' }).next).toBe(
      '12345678901234567890',
    );
    const inHeader: Pagination = { ...cursor, cursor: { type: 'header', name: 'X-Next' } };
    expect(read(inHeader, { body: { data: [] }, headers: { 'x-next': 'h"1' } }).next).toBe('h"1');
    expect(read(inHeader, { body: { data: [] } }).next).toBeUndefined();
  });

  it.each([null, undefined, '', false])('is none when %j stands there', (next) => {
    expect(nextOf(cursor, next)).toBeUndefined();
  });

  it('cannot be an object or array', () => {
    expect(() => nextOf(cursor, { a: 1 })).toThrow(NextPageNotFoundError);
    expect(() => nextOf(cursor, ['a'])).toThrow("holds an array of 1 at 'meta.next'");
  });

  it('must be there when the page says that more follow', () => {
    const flagged = { ...cursor, hasMore: 'meta.more' };
    const page = (more: unknown, next: unknown) =>
      read(flagged, { body: { data: [], meta: { more, next } } });
    expect(() => page(true, null)).toThrow(NextPageNotFoundError);
    expect(() => page(true, null)).toThrow(
      "says at 'meta.more' that more follow, but holds null at 'meta.next'",
    );
    expect(page(false, 'x')).toMatchObject({ next: 'x', hasMore: false });
    expect(page(undefined, null)).toMatchObject({ next: undefined, hasMore: undefined });
    for (const more of ['true', 1, 'https://x']) expect(page(more, 'x').hasMore).toBe(true);
    for (const more of ['false', 0, null, '']) expect(page(more, 'x').hasMore).toBe(false);
  });
});

describe('the next page by link', () => {
  const inHeader: Pagination = { ...link, link: { type: 'header' } };

  it.each([
    ['https://api.example.com/v2/all?cursor=a%20b', 'https://api.example.com/v2/all?cursor=a%20b'],
    ['/v1/cities?page=2#top', 'https://api.example.com/v1/cities?page=2'],
    ['?page=2', 'https://api.example.com/v1/cities?page=2'],
    ['https://API.example.com:443/x', 'https://api.example.com/x'],
    ['https://me:pw@api.example.com/x', 'https://api.example.com/x'],
  ])('%s is %s', (next, absolute) => {
    expect(nextOf(link, next)).toBe(absolute);
    expect(nextOf(inHeader, null, { headers: { link: `</p>; rel="prev", <${next}>; rel="next"` } })).toBe(
      absolute,
    );
  });

  it.each([
    'https://evil.example/v1?page=2',
    '//evil.example/v1',
    'http://api.example.com/v1',
    'https://api.example.com:8443/v1',
    'https://api.example.com.evil.example/',
    'https://api.example.com@evil.example/',
    'file:///etc/passwd',
  ])('%s leads away, and both origins are named', (next) => {
    expect(() => nextOf(link, next)).toThrow(ForeignLinkError);
    expect(() => nextOf(link, next)).toThrow(PermanentError);
    expect(() => nextOf(link, next)).toThrow(
      `at ${new URL(next, 'https://api.example.com').origin}, but only https://api.example.com`,
    );
  });

  it('does not keep the key that the source repeats in it', () => {
    const next = '/v1?api_key=s3cret&page=2&q=a%20b&api_key=again';
    expect(nextOf(link, next, { secretParameter: 'api_key' })).toBe(
      'https://api.example.com/v1?page=2&q=a%20b',
    );
    expect(nextOf(link, '/v1?q=a%20b', { secretParameter: 'api_key' })).toBe(
      'https://api.example.com/v1?q=a%20b',
    );
  });

  it('does not keep a credential under any name, however it is written', () => {
    const credentials = ['to/ken+1=='];
    const kept = 'https://api.example.com/v1?page=2&q=a%20b';
    for (const value of ['to/ken+1==', 'to%2Fken%2B1%3D%3D', 'dG8va2VuKzE9PQ', 'dG8va2VuKzE9PQ%3D%3D']) {
      const next = `/v1?access_token=${value}&page=2&q=a%20b&T=${value}`;
      expect(nextOf(link, next, { credentials })).toBe(kept);
    }
    const byName = '/v1?API_Key=other&page=2&api%5Fkey=x&q=a%20b&api_key';
    expect(nextOf(link, byName, { secretParameter: 'Api_key' })).toBe(kept);
    const only = '/v1?access_token=to/ken+1==';
    expect(nextOf(link, only, { credentials })).toBe('https://api.example.com/v1');
  });

  it('keeps what only looks like a short credential', () => {
    const next = 'https://api.example.com/v1?status=X&page=2&mask=***';
    expect(nextOf(link, next, { credentials: ['X', 'page'] })).toBe(next);
  });

  it('is refused when it is none', () => {
    expect(() => nextOf(link, 'https://')).toThrow(NextPageNotFoundError);
    expect(() => nextOf(link, { href: '/x' })).toThrow(NextPageNotFoundError);
  });

  it.each([null, undefined, '', false])('is none when %j stands there', (next) => {
    expect(nextOf(link, next)).toBeUndefined();
  });
});

describe('a credential in what the next page is asked for by', () => {
  const credentials = ['bearer-t0ken'];
  const base64 = Buffer.from('{"t":"bearer-t0ken"}').toString('base64');

  it.each([
    ['cursor', cursor, 'after:bearer-t0ken:7'],
    ['cursor', cursor, base64],
    ['link', link, '/v1/bearer-t0ken/cities?page=2'],
    ['link', link, '/v1?auth=Bearer%20bearer-t0ken'],
  ])('is refused in a %s, and not quoted', (name, pagination, next) => {
    const read = () => nextOf(pagination, next, { credentials });
    expect(read).toThrow(PermanentError);
    expect(read).toThrow(`of cities repeats a credential in the ${name} of its next page (`);
    expect(read).not.toThrow('bearer-t0ken');
    expect(read).not.toThrow(base64);
  });

  it('is refused in a key, too', () => {
    const body = { data: [{ id: 'bearer-t0ken' }] };
    expect(() => read(keyset, { body, credentials })).toThrow(
      'repeats a credential in the key of its next page',
    );
  });

  it('is not half quoted where a message cuts a value', () => {
    const long = `${'x'.repeat(50)}bearer-t0ken`;
    const total = () => read(byPageNumber, { body: { data: [], meta: { total: long } }, credentials });
    expect(total).toThrow(`holds "${'x'.repeat(50)}***" at 'meta.total'`);
    expect(() => nextOf(link, `https://${'x'.repeat(45)}bearer-t0ken:x`, { credentials })).toThrow(
      `${'x'.repeat(45)}***:x`,
    );
  });
});

describe('the next page by key', () => {
  it('begins behind the last record, whatever its digits or letters', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.bigInt(), fc.string({ minLength: 1 })), { minLength: 1 }), (keys) => {
        const data = keys.map((key) => `{"id": ${typeof key === 'bigint' ? key : JSON.stringify(key)}}`);
        const { next, records } = read(keyset, { body: `{"data": [${data}]}` });
        expect([next, records]).toEqual([String(keys.at(-1)), keys.length]);
      }),
    );
  });

  it('is none after a page without records', () => {
    expect(read(keyset, { body: { data: [] } }).next).toBeUndefined();
  });

  it('cannot be asked for behind a record without a key, unless nothing follows', () => {
    expect(() => read(keyset, { body: { data: [{ id: 1 }, { id: null }] } })).toThrow(NextPageNotFoundError);
    expect(() => read(keyset, { body: { data: [{}] } })).toThrow("holds nothing at 'id' of the last record");
    const flagged = { ...keyset, hasMore: 'more' };
    expect(read(flagged, { body: { data: [{}], more: false } }).next).toBeUndefined();
  });
});
