import type { KeysetPagination } from '../../../../core/source/pagination';
import { paginationCase, query } from './pagination-case';

const base: KeysetPagination = {
  type: 'keyset',
  field: 'id',
  parameter: query('after'),
  pageSize: 10,
  sizeParameter: query('limit'),
  end: ['empty-page'],
};

/** The next page begins behind the last record of this one. */
export const keysetCases = [
  paginationCase('keyset', base),
  paginationCase('keyset with a flag while pages follow, as in Stripe', {
    ...base,
    parameter: query('starting_after'),
    hasMore: 'has_more',
    end: [],
  }),
  paginationCase('keyset until a short page', { ...base, first: '0', end: ['short-page'] }, { records: '' }),
];
