import fc from 'fast-check';
import { ConfigurationError } from '../../../../core/errors';
import { type PageAt, pageRequest } from '../../../../core/extract/page/request';
import type { OffsetPagination, Pagination } from '../../../../core/source/pagination';
import type { Dataset, Request } from '../../../../core/source/source';
import { byPageNumber, cities, sourceAt } from '../fixtures';

const source = sourceAt('https://api.example.com/v1');
const firstPage: PageAt = { parameters: {}, page: 0, pageSize: 500 };

function requestFor(
  { request = {}, pagination = cities.pagination }: { request?: Partial<Request>; pagination?: Pagination },
  at: Partial<PageAt> = {},
) {
  const dataset: Dataset = { ...cities, request: { ...cities.request, query: {}, ...request }, pagination };
  return pageRequest(source, dataset, { ...firstPage, ...at });
}

const offset: OffsetPagination = {
  type: 'offset',
  pageSize: 100,
  firstOffset: 0,
  offsetParameter: { in: 'query', name: 'skip' },
  sizeParameter: { in: 'query', name: 'take' },
  total: { type: 'none' },
};
const cursor: Pagination = {
  type: 'cursor',
  cursor: { type: 'body', path: 'next' },
  parameter: { in: 'query', name: 'after' },
  sizeParameter: { in: 'query', name: 'limit' },
  end: [],
};
const link: Pagination = {
  type: 'next-link',
  link: { type: 'header' },
  sizeParameter: { in: 'query', name: 'limit' },
  end: [],
};

describe('the request for a page', () => {
  it('joins the base URL and the path, and puts the page parameters last', () => {
    expect(pageRequest(source, cities, firstPage)).toEqual({
      method: 'GET',
      url: 'https://api.example.com/v1/cities?sort=id&page=1&per_page=500',
      headers: { accept: 'application/json' },
    });
  });

  it('counts pages from what the source calls its first one', () => {
    const fromZero: Pagination = { ...byPageNumber, firstPage: 0 };
    expect(requestFor({ pagination: fromZero }, { page: 7 }).url).toContain('?page=7&');
    expect(requestFor({}, { page: 7 }).url).toContain('?page=8&');
  });

  it('turns positions into offsets, from 1 where the source counts so', () => {
    const at = { page: 4, pageSize: 250 };
    expect(requestFor({ pagination: offset }, at).url).toMatch(/\?skip=1000&take=250$/);
    expect(requestFor({ pagination: { ...offset, firstOffset: 1 } }, at).url).toMatch(
      /\?skip=1001&take=250$/,
    );
  });

  it('asks for no size where the source decides', () => {
    const pagination = { ...offset, sizeParameter: undefined };
    expect(requestFor({ pagination }).url).toMatch(/\/cities\?skip=0$/);
    expect(requestFor({ pagination: cursor }, { pageSize: undefined }).url).toMatch(/\/cities$/);
    expect(requestFor({ pagination: { type: 'single' } }).url).toMatch(/\/cities$/);
  });

  it('puts the parameters in the path, the headers and the body', () => {
    const pagination: Pagination = {
      ...byPageNumber,
      pageParameter: { in: 'path', name: 'n' },
      sizeParameter: { in: 'header', name: 'X-Page-Size' },
    };
    const inPath = requestFor({ request: { path: '/cities/page/{n}' }, pagination }, { page: 2 });
    expect(inPath.url).toBe('https://api.example.com/v1/cities/page/3');
    expect(inPath.headers).toEqual({ accept: 'application/json', 'x-page-size': '500' });

    const inBody = requestFor({
      request: { method: 'POST', body: { query: 'q' } },
      pagination: {
        ...offset,
        offsetParameter: { in: 'body', path: 'variables.page.from' },
        sizeParameter: { in: 'body', path: 'sizes[1]' },
      },
    });
    expect(inBody).toMatchObject({ method: 'POST', url: 'https://api.example.com/v1/cities' });
    expect(inBody.headers).toEqual({ accept: 'application/json', 'content-type': 'application/json' });
    expect(JSON.parse(inBody.body ?? '')).toEqual({
      query: 'q',
      variables: { page: { from: 0 } },
      sizes: [null, 500],
    });
  });

  it('says where a value of the body is in the way', () => {
    const pagination: Pagination = { ...offset, offsetParameter: { in: 'body', path: 'variables.from' } };
    const build = () => requestFor({ request: { method: 'POST', body: { variables: 'none' } }, pagination });
    expect(build).toThrow(ConfigurationError);
    expect(build).toThrow(
      "'variables.from' cannot be set in the request's body, since 'variables' is not an object",
    );
  });

  it('lets the page parameters win over the query, and the declared headers over the usual ones', () => {
    const { url, headers } = requestFor({
      request: {
        path: '/cities?page=9',
        query: { per_page: '1' },
        headers: { Accept: 'application/vnd.x+json' },
      },
    });
    expect(url).toBe('https://api.example.com/v1/cities?page=1&per_page=500');
    expect(headers).toEqual({ accept: 'application/vnd.x+json' });
  });

  it('sends lists as one parameter per text', () => {
    const { url } = requestFor({
      request: { query: { fields: ['id', 'name'] } },
      pagination: { type: 'single' },
    });
    expect(url).toMatch(/\?fields=id&fields=name$/);
  });
});

describe('a chain', () => {
  it('begins with its first cursor, if it has one, and goes on with the last page’s', () => {
    expect(requestFor({ pagination: cursor }).url).toMatch(/\?limit=500$/);
    expect(requestFor({ pagination: { ...cursor, first: '*' } }).url).toMatch(/\?after=\*&limit=500$/);
    expect(requestFor({ pagination: { ...cursor, first: '*' } }, { cursor: 'a+b=' }).url).toMatch(
      /\?after=a%2Bb%3D&limit=500$/,
    );
  });

  it('of links takes path and query from the link, and keeps method, headers and body', () => {
    const request = {
      method: 'POST' as const,
      query: { sort: 'id' },
      headers: { 'X-A': 'b' },
      body: { f: '{id}' },
    };
    const next = 'https://api.example.com/v2/all?page=%41&q=a%20b';
    const at = { parameters: { id: 7 }, cursor: next };
    expect(requestFor({ request, pagination: link }, at)).toEqual({
      method: 'POST',
      url: next,
      headers: { accept: 'application/json', 'content-type': 'application/json', 'x-a': 'b' },
      body: '{"f":7}',
    });
    expect(requestFor({ request, pagination: link }).url).toMatch(/v1\/cities\?sort=id&limit=500$/);
  });
});

describe('the parameters of a slice', () => {
  const single: Pagination = { type: 'single' };

  it('fill in path, query and body, and leave other braces alone', () => {
    const built = requestFor(
      {
        request: {
          method: 'POST',
          path: '/users/{user}/orders',
          query: { since: '{from}', filter: '{a: {other}}', any: ['x{from}', '{user}'] },
          body: {
            user: '{user}',
            text: 'user {user} of {other}',
            list: ['{number}', { deep: '{number}' }],
            n: 1,
          },
        },
        pagination: single,
      },
      { parameters: { user: 'a/b c', from: '2024-01-01', number: 12 } },
    );
    const url = new URL(built.url);
    expect(url.pathname).toBe('/v1/users/a%2Fb%20c/orders');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      since: '2024-01-01',
      filter: '{a: {other}}',
    });
    expect(url.searchParams.getAll('any')).toEqual(['x2024-01-01', 'a/b c']);
    expect(JSON.parse(built.body ?? '')).toEqual({
      user: 'a/b c',
      text: 'user a/b c of {other}',
      list: [12, { deep: 12 }],
      n: 1,
    });
  });

  it.each(['', '.', '..'])('cannot be %j in a path: another resource would be asked for', (id) => {
    const build = () =>
      requestFor({ request: { path: '/users/{id}' }, pagination: single }, { parameters: { id } });
    expect(build).toThrow(ConfigurationError);
    expect(build).toThrow(`the value '${id}' of 'id' cannot be put in the path /users/{id}`);
  });

  it('keep their slashes as {+name}, and nothing else', () => {
    const build = (repository: string) =>
      requestFor(
        { request: { path: '/repos/{+repository}/issues' }, pagination: single },
        { parameters: { repository } },
      );
    expect(new URL(build('acme/a b?c').url).pathname).toBe('/v1/repos/acme/a%20b%3Fc/issues');
    for (const value of ['a/../b', '/a', 'a//b', 'a/', '..'])
      expect(() => build(value)).toThrow(`the value '${value}' of 'repository' cannot be put in the path`);
  });

  it('stay in their segment and arrive unharmed, whatever they are', () => {
    const value = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/^\.{1,2}$/.test(text));
    fc.assert(
      fc.property(value, (text) => {
        const { url, body } = requestFor(
          {
            request: { method: 'POST', path: '/a/{v}/b', query: { q: '{v}' }, body: { v: '{v}' } },
            pagination: single,
          },
          { parameters: { v: text } },
        );
        const segments = new URL(url).pathname.split('/');
        expect(segments).toHaveLength(5);
        expect(decodeURIComponent(segments[3] ?? '')).toBe(text);
        expect(new URL(url).searchParams.get('q')).toBe(text);
        expect(JSON.parse(body ?? '')).toEqual({ v: text });
      }),
    );
  });

  it('are no other names: not those that every object has', () => {
    expect(requestFor({ request: { query: { q: '{toString}' } }, pagination: single }).url).toContain(
      encodeURIComponent('{toString}'),
    );
  });
});

describe('what changed', () => {
  const incremental = {
    query: { updated_since: '{since}', show: 'all', of: '{country}' },
    format: 'iso8601',
    overlapMinutes: 10,
  } as const;
  const dataset: Dataset = { ...cities, incremental };
  const since = '2026-01-31T02:50:00Z';

  it('is asked for where the run has a time, with the parameters of the slice', () => {
    const at = { ...firstPage, parameters: { since, country: 'DE' } };
    const { searchParams } = new URL(pageRequest(source, dataset, at).url);
    expect([...searchParams]).toEqual([
      ['sort', 'id'],
      ['updated_since', since],
      ['show', 'all'],
      ['of', 'DE'],
      ['page', '1'],
      ['per_page', '500'],
    ]);
  });

  it('is not asked for by a run that loads everything', () => {
    expect(pageRequest(source, dataset, firstPage)).toEqual(pageRequest(source, cities, firstPage));
  });

  it('sends a number as it is', () => {
    const at = { ...firstPage, parameters: { since: 1_769_827_800 } };
    expect(pageRequest(source, dataset, at).url).toContain('updated_since=1769827800&');
  });

  it('keeps to the link of a page that names the next one', () => {
    const at = { ...firstPage, parameters: { since }, cursor: 'https://api.example.com/v1/next?c=7' };
    expect(pageRequest(source, { ...dataset, pagination: link }, at).url).toBe(at.cursor);
  });
});
