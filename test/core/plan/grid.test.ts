import fc from 'fast-check';
import {
  countPages,
  countRanges,
  type Grid,
  pageRangeName,
  pageRanges,
  parsePageRangeName,
} from '../../../core/plan/grid';

const sliceName = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,12}$/);
const grid: fc.Arbitrary<Grid> = fc.record({
  pagesPerRange: fc.integer({ min: 1, max: 50 }),
  slices: fc.uniqueArray(fc.record({ name: sliceName, pages: fc.integer({ min: 1, max: 300 }) }), {
    minLength: 1,
    maxLength: 4,
    selector: ({ name }) => name,
  }),
});
const rangeName = fc.record({ slice: sliceName, index: fc.nat(2 ** 31) });

describe('pageRanges', () => {
  it('covers every page of every slice exactly once, in order', () => {
    fc.assert(
      fc.property(grid, (anyGrid) => {
        const pages = [...pageRanges(anyGrid)].flatMap(({ slice, firstPage, pages }) =>
          Array.from({ length: pages }, (_, i) => `${slice} ${firstPage + i}`),
        );
        const planned = anyGrid.slices.flatMap(({ name, pages }) =>
          Array.from({ length: pages }, (_, page) => `${name} ${page}`),
        );
        expect(pages).toEqual(planned);
      }),
    );
  });

  it('gives ranges of pagesPerRange pages, and one that is shorter only at the end of a slice', () => {
    fc.assert(
      fc.property(grid, (anyGrid) => {
        const ranges = [...pageRanges(anyGrid)];
        for (const [position, { slice, index, pages }] of ranges.entries()) {
          expect(pages).toBeGreaterThanOrEqual(1);
          expect(pages).toBeLessThanOrEqual(anyGrid.pagesPerRange);
          const next = ranges[position + 1];
          if (next?.slice === slice) expect([pages, next.index]).toEqual([anyGrid.pagesPerRange, index + 1]);
        }
      }),
    );
  });

  it('is as long as countRanges and countPages say', () => {
    fc.assert(
      fc.property(grid, (anyGrid) => {
        const ranges = [...pageRanges(anyGrid)];
        expect(countRanges(anyGrid)).toBe(ranges.length);
        expect(countPages(anyGrid)).toBe(ranges.reduce((sum, { pages }) => sum + pages, 0));
      }),
    );
  });

  it('makes ranges one at a time: the first of a thousand million comes at once', () => {
    const huge: Grid = { pagesPerRange: 1, slices: [{ name: 'all', pages: 1_000_000_000 }] };
    expect(pageRanges(huge).next().value).toEqual({ slice: 'all', index: 0, firstPage: 0, pages: 1 });
    expect(countRanges(huge)).toBe(1_000_000_000);
  });
});

describe('pageRangeName', () => {
  it('is the slice and the index in eight digits', () => {
    expect(pageRangeName({ slice: 'all', index: 42 })).toBe('all-00000042');
  });

  it('sorts as the ranges of a slice do', () => {
    const index = fc.nat(99_999_999);
    fc.assert(
      fc.property(sliceName, index, index, (slice, a, b) => {
        const names = [pageRangeName({ slice, index: a }), pageRangeName({ slice, index: b })];
        expect((names[0] ?? '') < (names[1] ?? '')).toBe(a < b);
      }),
    );
  });

  it('is another one for another range', () => {
    fc.assert(
      fc.property(rangeName, rangeName, (a, b) => {
        const same = a.slice === b.slice && a.index === b.index;
        expect(pageRangeName(a) === pageRangeName(b)).toBe(same);
      }),
    );
  });
});

describe('parsePageRangeName', () => {
  it('reads every name back', () => {
    fc.assert(
      fc.property(rangeName, (range) => {
        expect(parsePageRangeName(pageRangeName(range))).toEqual(range);
      }),
    );
  });

  it('knows no range by two names', () => {
    const almostName = fc
      .tuple(sliceName, fc.stringMatching(/^0{0,10}[0-9]{1,18}$/))
      .map(([slice, digits]) => `${slice}-${digits}`);
    fc.assert(
      fc.property(almostName, (name) => {
        const range = parsePageRangeName(name);
        if (range) expect(pageRangeName(range)).toBe(name);
      }),
      { examples: [['all-000000001'], ['all-99999999999999999999']] },
    );
  });

  it.each(['', 'all', 'all-', 'all-42', '-00000042', 'All-00000042', 'all-00000042.parquet', 'all-0000004x'])(
    'does not take %j for a name',
    (name) => {
      expect(parsePageRangeName(name)).toBeUndefined();
    },
  );
});
