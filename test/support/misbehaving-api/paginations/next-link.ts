import type { NextLinkPagination } from '../../../../core/source/pagination';
import { paginationCase, query } from './pagination-case';

const base: NextLinkPagination = {
  type: 'next-link',
  link: { type: 'body', path: 'links.next' },
  pageSize: 10,
  sizeParameter: query('limit'),
  end: [],
};

/** Each page names the URL of the next one. */
export const nextLinkCases = [
  paginationCase('next link in the body', base),
  paginationCase('next link in the Link header', { ...base, link: { type: 'header' } }, { records: '' }),
  paginationCase(
    'next link with a key that has a dot, as in OData',
    {
      ...base,
      link: { type: 'body', path: "['@odata.nextLink']" },
      total: { type: 'body', path: "['@odata.count']", counts: 'records' },
    },
    { records: 'value' },
  ),
];
