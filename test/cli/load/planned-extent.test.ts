import { isPlannedFor, pagesOption, plannedExtent } from '../../../cli/load/planned-extent';
import { makePlan } from '../../../core/plan/make-plan';
import type { Plan } from '../../../core/plan/plan';
import { RangeSet } from '../../../core/plan/range-set';
import type { CursorPagination } from '../../../core/source/pagination';
import type { Dataset } from '../../../core/source/source';
import { aDataset, someLimits } from '../../support/source-fixture';

const cursor: CursorPagination = {
  type: 'cursor',
  cursor: { type: 'body', path: 'next' },
  parameter: { in: 'query', name: 'cursor' },
  sizeParameter: undefined,
  end: [],
};
const pageNumbers = aDataset().pagination;
const kinds = {
  pages: aDataset(),
  chain: aDataset({ pagination: cursor }),
  sliced: aDataset({ slices: [{ type: 'values', name: 'n', values: [0, 1, 2, 3] }] }),
  'no total': aDataset({
    pagination:
      pageNumbers.type === 'page-number' ? { ...pageNumbers, total: { type: 'none' } } : pageNumbers,
  }),
} satisfies Record<string, Dataset>;

function plan(kind: keyof typeof kinds, onlyPages?: number): Plan {
  const slices = [0, 1, 2, 3].map((n) => ({ name: `s-${n}`, parameters: { n } }));
  const moment = new Date('2026-01-31T03:00:00.000Z');
  return makePlan({
    ...{ source: 'geonames', dataset: kinds[kind], limits: someLimits(), runId: '2026-01-31t03-00-00-000z' },
    ...{ watermark: moment, plannedAt: moment, onlyPages },
    extent: kind === 'pages' ? { total: 138_398, pages: 1384, pageSize: 100 } : undefined,
    slices: kind === 'sliced' ? slices : undefined,
  });
}

function known(ranges: number, growing: boolean, there = 0) {
  const present = new RangeSet();
  for (let index = 0; index < there; index++) present.add({ slice: 'all', index });
  return { present, ranges, growing };
}

describe('plannedExtent', () => {
  it.each([
    ['pages', undefined, known(16, false), '1,384 pages in 16 ranges'],
    ['pages', undefined, known(16, false, 3), '1,384 pages in 16 ranges, 3 of them are there already'],
    ['chain', undefined, known(1, true), 'a chain of pages; more ranges show while it is loaded'],
    ['chain', 7, known(1, true), 'a chain of at most 7 pages; more ranges show while it is loaded'],
    [
      'chain',
      undefined,
      known(3, true, 2),
      'a chain of pages; more ranges show while it is loaded; 2 ranges there already',
    ],
    ['chain', 1, known(1, true), 'a chain of at most 1 page; more ranges show while it is loaded'],
    ['sliced', undefined, known(4, true), '4 slices; more ranges show while it is loaded'],
    ['sliced', 9, known(4, true), '4 slices, at most 2 pages of each; more ranges show while it is loaded'],
    ['sliced', undefined, known(6, false, 4), '4 slices; 6 ranges; 4 ranges there already'],
    [
      'no total',
      undefined,
      known(1, true),
      'pages of a source that gives no total; more ranges show while it is loaded',
    ],
  ] as const)('of %s, %p pages only', (kind, onlyPages, unrolled, line) => {
    expect(plannedExtent(plan(kind, onlyPages), unrolled)).toBe(line);
  });
});

describe('an open run', () => {
  it.each(['pages', 'chain', 'sliced', 'no total'] as const)('of %s is continued as it was begun', (kind) => {
    for (const option of [undefined, 1, 2, 3, 4, 7, 9]) {
      expect(isPlannedFor(plan(kind, option), option)).toBe(true);
      // The command that the refusal names continues it.
      expect(isPlannedFor(plan(kind, option), pagesOption(plan(kind, option)))).toBe(true);
    }
    expect(isPlannedFor(plan(kind), 2)).toBe(false);
    expect(isPlannedFor(plan(kind, 2), undefined)).toBe(false);
    expect(isPlannedFor(plan(kind, 2), 1)).toBe(false);
  });

  it('that was a trial stays one, even where it happens to be the whole', () => {
    const trial = plan('pages', 5000);
    expect([isPlannedFor(trial, undefined), isPlannedFor(trial, 1384), isPlannedFor(trial, 1383)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(pagesOption(trial)).toBe(1384);
    expect(pagesOption(plan('pages'))).toBeUndefined();
    expect(pagesOption(plan('pages', 3))).toBe(3);
  });
});
