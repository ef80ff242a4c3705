import type { Check } from './check';
import { complaint, judge } from './judge';
import type { KnownDifference } from './known-differences';

const check: Check = {
  id: 's3-etag',
  behaviour: 'an ETag is an MD5',
  document: 'https://docs.aws.amazon.com/etag',
  run: () => Promise.resolve(),
};
const known: readonly KnownDifference[] = [
  { id: 's3-etag', moto: 'has another', failure: /^expected MD5, got x$/ },
];
const result = (failure: string | undefined) => ({ check, failure, milliseconds: 1 });

test.each([
  [undefined, [], 'holds'],
  [undefined, known, 'differs no more'],
  ['expected MD5, got x', known, 'differs as known'],
  ['expected MD5, got y', known, 'differs'],
  ['expected MD5, got x', [], 'differs'],
] as const)('a check that failed with %j, with differences %j, %s', (failure, differences, verdict) => {
  expect(judge(result(failure), differences)).toBe(verdict);
  const isComplaint = complaint(result(failure), differences) !== undefined;
  expect(isComplaint).toBe(verdict === 'differs' || verdict === 'differs no more');
});

test('a complaint says what came, what should have, and where AWS says so', () => {
  expect(complaint(result('expected MD5, got y'), [])).toBe(
    's3-etag: expected MD5, got y\n    expected that an ETag is an MD5\n    see https://docs.aws.amazon.com/etag',
  );
});
