import fc from 'fast-check';
import { PermanentError, TransientError } from '../../../../core/errors';
import {
  EmptyPageError,
  LongPageError,
  RepeatedPageError,
  ShortPageError,
} from '../../../../core/extract/guard-errors';
import { checkPages } from '../../../../core/extract/range/check-pages';
import type { LeadRange, PagesRange } from '../../../../core/plan/plan';
import type { Extent, OffsetPagination } from '../../../../core/source/pagination';
import { byPageNumber, cities } from '../fixtures';

const range: PagesRange = {
  type: 'pages',
  slice: 'all',
  parameters: {},
  index: 1,
  firstPage: 3,
  pages: 3,
  pageSize: 10,
  slicePages: 9,
  total: 85,
};
const offset: OffsetPagination = {
  type: 'offset',
  pageSize: 10,
  firstOffset: 0,
  offsetParameter: { in: 'query', name: 'offset' },
  sizeParameter: { in: 'query', name: 'limit' },
  total: { type: 'none' },
};

function check(
  recordsPerPage: number[],
  changes: Partial<PagesRange> = {},
  pagination: typeof offset | typeof byPageNumber = byPageNumber,
) {
  const checked = { ...range, ...changes };
  const origins = recordsPerPage.map((_, at) => ({
    slice: 'all',
    page: checked.firstPage + at,
    parameters: {},
  }));
  const firstRecords = recordsPerPage.map((records, at) => (records === 0 ? undefined : `hash ${at}`));
  return () => checkPages(checked, origins, { recordsPerPage, firstRecords }, { ...cities, pagination });
}

describe('pages that can be counted', () => {
  it('are right when every page but the last of the slice is full', () => {
    check([10, 10, 10])();
    check([10, 10, 5], { slicePages: 6 })();
    check([10, 10, 0], { slicePages: 6 })();
    check([0], { slicePages: 1, pages: 1, firstPage: 0, total: 0 })();
  });

  it('cannot be short before the last', () => {
    expect(check([10, 7, 10])).toThrow(ShortPageError);
    expect(check([10, 7, 10])).toThrow(TransientError);
    expect(check([10, 7, 10])).toThrow('page 5 of cities holds 7 records and not the 10 that were asked for');
  });

  it('cannot be short where only pages are counted, either', () => {
    const { total: _, ...uncounted } = range;
    const origins = [3, 4, 5].map((page) => ({ slice: 'all', page, parameters: {} }));
    const facts = { recordsPerPage: [10, 7, 10], firstRecords: ['a', 'b', 'c'] };
    const extents: Extent[] = [{ type: 'body', path: 'pages', counts: 'pages' }, { type: 'last-link' }];
    for (const total of extents) {
      const run = () =>
        checkPages(uncounted, origins, facts, { ...cities, pagination: { ...byPageNumber, total } });
      expect(run).toThrow(ShortPageError);
      expect(run).toThrow("its pages are uneven (declare total: { type: 'none' })");
    }
  });

  it('may be short where nothing is counted', () => {
    const { total: _, ...uncounted } = range;
    const origins = [3, 4, 5].map((page) => ({ slice: 'all', page, parameters: {} }));
    const facts = { recordsPerPage: [10, 7, 12], firstRecords: ['a', 'b', 'c'] };
    const pagination = { ...byPageNumber, total: { type: 'none' } as const };
    checkPages(uncounted, origins, facts, { ...cities, pagination });
    // An offset counts on the page size in any case.
    expect(() => checkPages(uncounted, origins, facts, { ...cities, pagination: offset })).toThrow(
      LongPageError,
    );
  });

  it('cannot be empty before the last, nor missing', () => {
    expect(check([10, 0, 10])).toThrow(EmptyPageError);
    expect(check([10, 0, 10])).toThrow(TransientError);
    expect(check([10, 0, 10])).toThrow('page 5 of cities holds no records');
    // The status of page 5 said that there is nothing.
    expect(check([10, 10])).toThrow('page 6 of cities holds no records');
    check([10, 10], { slicePages: 6 })();
  });

  it('cannot be long', () => {
    expect(check([10, 11, 10])).toThrow(LongPageError);
    expect(check([10, 11, 10])).toThrow(PermanentError);
    expect(check([10, 10, 11], { slicePages: 6 })).toThrow(
      'holds 11 records, more than the 10 that were asked for',
    );
  });

  it('are accepted if, and only if, they add up to what a source that keeps its word gives', () => {
    const pages = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(pages, fc.boolean(), (counts, endsSlice) => {
        const slicePages = endsSlice ? 3 + counts.length : 20;
        const full = endsSlice ? counts.slice(0, -1) : counts;
        const isRight = full.every((count) => count === 10) && counts.every((count) => count <= 10);
        const run = check(counts, { pages: counts.length, slicePages, total: slicePages * 10 });
        if (isRight) run();
        else expect(run).toThrow();
      }),
    );
  });
});

describe('pages that begin with the same record', () => {
  const firstRecords = ['a', 'b', undefined, 'a'];
  const facts = { recordsPerPage: [1, 1, 0, 1], firstRecords };
  const lead: LeadRange = { type: 'lead', slice: 'lead', index: 0, slices: [{ name: 'x', parameters: {} }] };
  const originsOf = (...slices: string[]) => slices.map((slice, page) => ({ slice, page, parameters: {} }));

  it('are named', () => {
    const run = () => checkPages(lead, originsOf('x', 'x', 'x', 'x'), facts, cities);
    expect(run).toThrow(RepeatedPageError);
    expect(run).toThrow("pages 1 and 4 of slice 'x' of cities begin with the same record");
  });

  it('are found in a range of counted pages, before anything else', () => {
    const origins = [3, 4].map((page) => ({ slice: 'all', page, parameters: {} }));
    const same = { recordsPerPage: [10, 3], firstRecords: ['a', 'a'] };
    expect(() => checkPages(range, origins, same, cities)).toThrow(RepeatedPageError);
  });

  it('are no repetition in two slices, nor when they are empty', () => {
    checkPages(lead, originsOf('x', 'x', 'x', 'y'), facts, cities);
    const empty = { recordsPerPage: [0, 0], firstRecords: [undefined, undefined] };
    checkPages(lead, originsOf('x', 'x'), empty, cities);
  });
});
