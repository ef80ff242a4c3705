import type { PageNumberPagination } from '../../../../core/source/pagination';
import { inBody, paginationCase, query } from './pagination-case';

const base: PageNumberPagination = {
  type: 'page-number',
  pageSize: 10,
  firstPage: 1,
  pageParameter: query('page'),
  sizeParameter: query('per_page'),
  total: { type: 'body', path: 'meta.total', counts: 'records' },
};

/** Pages asked for by number. */
export const pageNumberCases = [
  paginationCase('page number, total in the body', base),
  paginationCase(
    'page number from 0, total in a header',
    {
      ...base,
      firstPage: 0,
      total: { type: 'header', name: 'X-Total-Count', counts: 'records' },
    },
    { records: '' },
  ),
  paginationCase('page number, count of pages in the body', {
    ...base,
    total: { type: 'body', path: "page['total pages']", counts: 'pages' },
  }),
  paginationCase('page number, count of pages in a header', {
    ...base,
    total: { type: 'header', name: 'x-total-pages', counts: 'pages' },
  }),
  paginationCase(
    'page number, last page in the Link header',
    { ...base, total: { type: 'last-link' } },
    { records: '' },
  ),
  paginationCase('page number, last page as a link in the body', {
    ...base,
    total: { type: 'last-link', path: 'links.last' },
  }),
  paginationCase('page number, no total', { ...base, total: { type: 'none' } }, { records: '' }),
  paginationCase('page number, a flag while pages follow', {
    ...base,
    total: { type: 'none', hasMore: 'meta.more' },
  }),
  paginationCase(
    'page number in the path',
    { ...base, pageParameter: { in: 'path', name: 'page' } },
    {
      path: '/items/pages/{page}',
    },
  ),
  paginationCase(
    'page number in the JSON of a POST',
    {
      ...base,
      pageParameter: inBody('paging.page'),
      sizeParameter: inBody('paging.size'),
    },
    { path: '/items/search', body: { filter: { active: true }, paging: {} } },
  ),
  paginationCase('page number in a header', {
    ...base,
    pageParameter: { in: 'header', name: 'x-page' },
    sizeParameter: { in: 'header', name: 'x-page-size' },
  }),
  paginationCase('page number, the source decides on the size', { ...base, sizeParameter: undefined }),
];
