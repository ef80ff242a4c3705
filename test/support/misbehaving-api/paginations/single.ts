import { paginationCase } from './pagination-case';

/** Everything in one page. */
export const singleCases = [
  paginationCase('one page', { type: 'single' }, { records: '' }),
  paginationCase('one page, records inside', { type: 'single' }, { records: 'data.items' }),
];
