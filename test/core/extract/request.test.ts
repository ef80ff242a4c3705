import fc from 'fast-check';
import { pageRequest } from '../../../core/extract/request';
import { cities, sourceAt } from './fixtures';

const source = sourceAt('https://api.example.com/v1');

describe('pageRequest', () => {
  it('joins the base URL and the path, and puts the page parameters last', () => {
    expect(pageRequest(source, cities, 500, 0)).toEqual({
      method: 'GET',
      url: 'https://api.example.com/v1/cities?sort=id&page=1&per_page=500',
      headers: { accept: 'application/json' },
    });
  });

  it('counts pages from what the source calls its first one', () => {
    const fromZero = { ...cities, pagination: { ...cities.pagination, firstPage: 0 } };
    expect(pageRequest(source, fromZero, 500, 7).url).toContain('&page=7&');
    expect(pageRequest(source, cities, 500, 7).url).toContain('&page=8&');
  });

  it('turns positions into offsets', () => {
    const pagination = {
      type: 'offset' as const,
      pageSize: 100,
      offsetParameter: 'skip',
      sizeParameter: 'take',
      total: cities.pagination.total,
    };
    expect(pageRequest(source, { ...cities, pagination }, 250, 4).url).toMatch(
      /\?sort=id&skip=1000&take=250$/,
    );
  });

  it('lets the page parameters win over the query, and the declared headers over the usual ones', () => {
    const request = {
      path: '/cities?page=9',
      query: { per_page: '1' },
      headers: { Accept: 'application/vnd.x+json' },
    };
    const { url, headers } = pageRequest(source, { ...cities, request }, 500, 0);
    expect(url).toBe('https://api.example.com/v1/cities?page=1&per_page=500');
    expect(headers).toEqual({ accept: 'application/vnd.x+json' });
  });

  it('carries any query value unharmed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const request = { path: '/cities', query: { filter: value }, headers: {} };
        const { url } = pageRequest(source, { ...cities, request }, 500, 3);
        expect(new URL(url).searchParams.get('filter')).toBe(value);
        expect(new URL(url).searchParams.getAll('page')).toEqual(['4']);
      }),
    );
  });
});
