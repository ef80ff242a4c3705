import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allFaults, faultGroups } from '../support/misbehaving-api/faults/all-faults';
import { allPaginations } from '../support/misbehaving-api/paginations/all-paginations';
import { faultCases } from './cases';
import { coveragePage, regenerate } from './coverage-page';

const file = join(__dirname, '..', '..', 'docs', 'conformance.md');

test(`docs/conformance.md is up to date; if not: ${regenerate}`, () => {
  if (process.env.REGENERATE) writeFileSync(file, coveragePage());
  expect(readFileSync(file, 'utf8')).toBe(coveragePage());
});

test('every fault is met by at least one pagination, and every pagination by a fault', () => {
  const cases = Object.keys(faultGroups).flatMap((group) => faultCases(group));
  expect(allFaults.filter((fault) => !cases.some(({ faults }) => faults?.includes(fault)))).toEqual([]);
  expect(allPaginations.filter((one) => !cases.some(({ pagination }) => pagination === one))).toEqual([]);
});
