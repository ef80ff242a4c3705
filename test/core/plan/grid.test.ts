import fc from 'fast-check';
import {
  countPages,
  countPagesOf,
  countRanges,
  countRangesOf,
  pageRangeName,
  parsePageRangeName,
  plannedRanges,
  rangesOf,
} from '../../../core/plan/grid';
import type { Again, Sequence } from '../../../core/plan/plan';

const sliceName = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,12}$/);
const parameters = fc.dictionary(fc.constantFrom('parent', 'from'), fc.nat());
const grid = fc
  .record({
    type: fc.constant('pages' as const),
    slice: sliceName,
    parameters,
    pageSize: fc.integer({ min: 1, max: 1000 }),
    firstPage: fc.nat(20),
    pages: fc.integer({ min: 1, max: 300 }),
    pagesPerRange: fc.integer({ min: 1, max: 50 }),
  })
  .map((some) => ({ ...some, slicePages: some.firstPage + some.pages + 2, total: 77 }));
const lead = fc.record({
  type: fc.constant('lead' as const),
  slice: sliceName,
  slices: fc.array(fc.record({ name: sliceName, parameters }), { minLength: 1, maxLength: 60 }),
  slicesPerRange: fc.integer({ min: 1, max: 20 }),
  mostPages: fc.integer({ min: 1, max: 3 }),
});
const chain = fc.record({
  type: fc.constant('chain' as const),
  slice: sliceName,
  parameters,
  index: fc.nat(100),
  position: fc.record({ page: fc.nat(), cursor: fc.string(), records: fc.nat() }),
});
const sequence: fc.Arbitrary<Sequence> = fc.oneof(grid, lead, chain);
const rangeName = fc.record({ slice: sliceName, index: fc.nat(2 ** 31) });

describe('rangesOf', () => {
  it('covers every page of a grid exactly once, in order, and keeps what all its ranges share', () => {
    fc.assert(
      fc.property(grid, (any) => {
        const { firstPage, pages, pagesPerRange, ...shared } = any;
        const ranges = [...rangesOf(any)];
        const covered = ranges.flatMap((range) =>
          range.type === 'pages' ? Array.from({ length: range.pages }, (_, i) => range.firstPage + i) : [],
        );
        expect(covered).toEqual(Array.from({ length: pages }, (_, i) => firstPage + i));
        ranges.forEach((range, index) => {
          expect(range).toMatchObject({ ...shared, index });
          if (range.type === 'pages' && index < ranges.length - 1) expect(range.pages).toBe(pagesPerRange);
        });
      }),
    );
  });

  it('covers every slice of a lead exactly once, in order', () => {
    fc.assert(
      fc.property(lead, (any) => {
        const ranges = [...rangesOf(any)];
        expect(ranges.flatMap((range) => (range.type === 'lead' ? range.slices : []))).toEqual(any.slices);
        ranges.forEach((range, index) => {
          expect(range).toMatchObject({ type: 'lead', slice: any.slice, index, mostPages: any.mostPages });
          const isFull = range.type === 'lead' && range.slices.length === any.slicesPerRange;
          expect(isFull || index === ranges.length - 1).toBe(true);
        });
      }),
    );
  });

  it('knows of a chain the range that it begins with', () => {
    fc.assert(fc.property(chain, (any) => expect([...rangesOf(any)]).toEqual([any])));
  });

  it('is as long as countRangesOf says', () => {
    fc.assert(fc.property(sequence, (any) => expect(countRangesOf(any)).toBe([...rangesOf(any)].length)));
  });

  it('makes ranges one at a time: the first of a thousand million comes at once', () => {
    const some = { slice: 'all', parameters: {}, pageSize: 10 };
    const pages = { firstPage: 0, pages: 1_000_000_000, slicePages: 1_000_000_000, pagesPerRange: 1 };
    const huge = { type: 'pages' as const, ...some, ...pages };
    expect(rangesOf(huge).next().value).toMatchObject({ slice: 'all', index: 0, firstPage: 0, pages: 1 });
    expect(countRanges({ sequences: [huge] })).toBe(1_000_000_000);
  });
});

describe('plannedRanges', () => {
  it('are those of all sequences, as many as countRanges says, with the pages that countPages says', () => {
    fc.assert(
      fc.property(fc.array(sequence, { minLength: 1, maxLength: 5 }), (sequences) => {
        const ranges = [...plannedRanges({ sequences })];
        expect(ranges).toEqual(sequences.flatMap((each) => [...rangesOf(each)]));
        expect(countRanges({ sequences })).toBe(ranges.length);
        const pages = ranges.reduce((sum, range) => sum + (range.type === 'pages' ? range.pages : 0), 0);
        expect(countPages({ sequences })).toBe(pages);
      }),
    );
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

describe('what a look reads again', () => {
  const stretch = fc.tuple(fc.nat(50), fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 30 }));
  const again = fc
    .record({
      read: fc.constantFrom('edges' as const, 'pages' as const),
      cuts: fc.array(stretch, { minLength: 1 }),
    })
    .map(({ read, cuts }): Again => {
      let page = 0;
      const stretches = cuts.map(([gap, pages, perRange]): [number, number, number] => {
        const first = page + gap;
        page = first + pages;
        return [first, pages, perRange];
      });
      const grid = { slice: 'all', parameters: {}, pageSize: 10, slicePages: page, lastPageRecords: 3 };
      return { type: 'again', ...grid, read, stretches };
    });

  it('is each page of its stretches once, or the first page of each range, in order and numbered', () => {
    fc.assert(
      fc.property(again, (sequence) => {
        const ranges = [...rangesOf(sequence)];
        expect(ranges).toHaveLength(countRangesOf(sequence));
        expect(ranges.map(({ index }) => index)).toEqual(ranges.map((_, at) => at));
        const pages = ranges.flatMap((range) =>
          range.type === 'pages' ? Array.from({ length: range.pages }, (_, at) => range.firstPage + at) : [],
        );
        expect(pages).toHaveLength(countPagesOf(sequence));
        const wanted = sequence.stretches.flatMap(([first, count, perRange]) =>
          Array.from({ length: count }, (_, at) => at)
            .filter((at) => sequence.read === 'pages' || at % perRange === 0)
            .map((at) => first + at),
        );
        expect(pages).toEqual(wanted);
      }),
    );
  });

  it('may be the last page of its slice by now', () => {
    fc.assert(
      fc.property(again, (sequence) => {
        for (const range of rangesOf(sequence)) {
          expect(range).toMatchObject({
            type: 'pages',
            slicePages: range.type === 'pages' && range.firstPage + 1,
          });
        }
      }),
    );
  });
});
