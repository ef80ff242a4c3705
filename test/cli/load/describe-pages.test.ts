import { describePages } from '../../../cli/load/describe-pages';
import type { Slices, WindowSlices } from '../../../core/source/slices';
import { aDataset } from '../../support/source-fixture';

const windows: WindowSlices = {
  ...{ type: 'windows', from: '2020-01-01', step: { months: 1 }, format: 'iso', end: 'exclusive' },
  ...{ fromName: 'from', toName: 'to' },
};

test.each<[Slices[], string]>([
  [[], 'page numbers'],
  [[{ type: 'values', name: 'status', values: ['open', 'closed'] }], 'page numbers, 2 values of status'],
  [[windows], 'page numbers, per month since 2020-01-01'],
  [[{ ...windows, step: { hours: 12 } }], 'page numbers, per 12 hours since 2020-01-01'],
  [
    [{ type: 'records', dataset: 'users', column: 'id', name: 'userId' }, windows],
    'page numbers, per users.id × per month since 2020-01-01',
  ],
])('%j', (slices, words) => {
  expect(describePages(aDataset({ slices }))).toBe(words);
});

test('each way to paginate has its word', () => {
  expect(describePages(aDataset({ pagination: { type: 'single' } }))).toBe('one page');
});
