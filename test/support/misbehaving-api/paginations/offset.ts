import type { OffsetPagination } from '../../../../core/source/pagination';
import { inBody, paginationCase, query } from './pagination-case';

const base: OffsetPagination = {
  type: 'offset',
  pageSize: 10,
  firstOffset: 0,
  offsetParameter: query('offset'),
  sizeParameter: query('limit'),
  total: { type: 'body', path: 'total', counts: 'records' },
};

/** Pages asked for by their first record. */
export const offsetCases = [
  paginationCase('offset, total in the body', base),
  paginationCase(
    'offset from 1, as SCIM has it',
    {
      ...base,
      firstOffset: 1,
      offsetParameter: query('startIndex'),
      sizeParameter: query('count'),
      total: { type: 'body', path: 'totalResults', counts: 'records' },
    },
    { records: 'Resources', path: '/Users' },
  ),
  paginationCase(
    'offset, total in a header',
    {
      ...base,
      total: { type: 'header', name: 'X-Total', counts: 'records' },
    },
    { records: '' },
  ),
  paginationCase('offset, last page in the Link header', { ...base, total: { type: 'last-link' } }),
  paginationCase('offset, no total', { ...base, total: { type: 'none' } }),
  paginationCase('offset, a flag while pages follow', {
    ...base,
    total: { type: 'none', hasMore: 'has_more' },
  }),
  paginationCase(
    'offset in the JSON of a POST',
    {
      ...base,
      offsetParameter: inBody('from'),
      sizeParameter: inBody('size'),
      total: { type: 'body', path: 'hits.total.value', counts: 'records' },
    },
    { path: '/items/_search', records: 'hits.hits', body: { query: { match_all: {} } } },
  ),
];
