import type { CursorPagination } from '../../../../core/source/pagination';
import { inBody, paginationCase, query } from './pagination-case';

const base: CursorPagination = {
  type: 'cursor',
  cursor: { type: 'body', path: 'paging.next' },
  parameter: query('cursor'),
  pageSize: 10,
  sizeParameter: query('limit'),
  end: [],
};

/** Each page names the cursor of the next one. */
export const cursorCases = [
  paginationCase('cursor in the body', base),
  paginationCase(
    'cursor in a header',
    {
      ...base,
      cursor: { type: 'header', name: 'X-Next-Cursor' },
      parameter: { in: 'header', name: 'x-cursor' },
    },
    { records: '' },
  ),
  paginationCase(
    'cursor in the JSON of a POST',
    { ...base, parameter: inBody('page.after'), sizeParameter: inBody('page.limit') },
    {
      path: '/items/query',
      body: { page: {}, sorts: ['id'] },
    },
  ),
  paginationCase(
    'GraphQL connection',
    {
      ...base,
      cursor: { type: 'body', path: 'data.items.pageInfo.endCursor' },
      parameter: inBody('variables.after'),
      sizeParameter: inBody('variables.first'),
      hasMore: 'data.items.pageInfo.hasNextPage',
      total: { type: 'body', path: 'data.items.totalCount', counts: 'records' },
    },
    {
      path: '/graphql',
      records: 'data.items.nodes',
      body: {
        query: 'query($first: Int, $after: String) { items(first: $first, after: $after) { nodes { id } } }',
        variables: {},
      },
    },
  ),
  paginationCase('cursor that repeats itself at the end, as in Solr', {
    ...base,
    first: '*',
    end: ['repeated-cursor'],
  }),
  paginationCase('cursor until an empty page', { ...base, end: ['empty-page'] }),
  paginationCase('cursor until a short page', { ...base, end: ['short-page'] }),
  paginationCase('cursor until the total is reached', {
    ...base,
    total: { type: 'body', path: 'total', counts: 'records' },
    end: ['total'],
  }),
];
