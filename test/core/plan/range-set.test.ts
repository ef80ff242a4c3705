import fc from 'fast-check';
import { countRanges, type Grid, pageRangeName, pageRanges } from '../../../core/plan/grid';
import { RangeSet } from '../../../core/plan/range-set';

const slices = ['a', 'b', 'c'];
const grid: fc.Arbitrary<Grid> = fc.record({
  pagesPerRange: fc.integer({ min: 1, max: 5 }),
  slices: fc
    .subarray(slices, { minLength: 1 })
    .chain((names) =>
      fc.tuple(...names.map((name) => fc.integer({ min: 1, max: 100 }).map((pages) => ({ name, pages })))),
    ),
});
const someRange = fc.record({
  slice: fc.constantFrom(...slices, 'unknown', '__proto__'),
  index: fc.oneof(
    { weight: 8, arbitrary: fc.nat(30) },
    fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 32 + 3, 2 ** 53),
  ),
});

describe('RangeSet', () => {
  it('is a Set of the ranges of its plan', () => {
    fc.assert(
      fc.property(
        grid,
        fc.array(someRange, { maxLength: 80 }),
        fc.array(someRange),
        (anyGrid, added, asked) => {
          const planned = new Set([...pageRanges(anyGrid)].map(pageRangeName));
          const model = new Set<string>();
          const set = new RangeSet(anyGrid);
          for (const range of added) {
            const name = pageRangeName(range);
            expect(set.add(range)).toBe(planned.has(name) && !model.has(name));
            if (planned.has(name)) model.add(name);
            expect(set.size).toBe(model.size);
          }
          for (const range of [...added, ...asked])
            expect(set.has(range)).toBe(model.has(pageRangeName(range)));
          const missing = [...pageRanges(anyGrid)].filter((range) => !model.has(pageRangeName(range)));
          expect([...set.missing()]).toEqual(missing);
          expect(set.complete).toBe(missing.length === 0);
        },
      ),
    );
  });

  it('is complete when every range was added, in any order', () => {
    const shuffled = grid.chain((anyGrid) => {
      const all = [...pageRanges(anyGrid)];
      return fc.tuple(
        fc.constant(anyGrid),
        fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
      );
    });
    fc.assert(
      fc.property(shuffled, ([anyGrid, ranges]) => {
        const set = new RangeSet(anyGrid);
        for (const range of ranges) {
          expect(set.complete).toBe(false);
          set.add(range);
        }
        expect(set.complete).toBe(true);
        expect([...set.missing()]).toEqual([]);
      }),
    );
  });

  it('holds a million ranges', () => {
    const million: Grid = { pagesPerRange: 2, slices: [{ name: 'all', pages: 2_000_000 }] };
    const set = new RangeSet(million);
    for (const range of pageRanges(million)) if (range.index !== 777_777) set.add(range);
    expect(countRanges(million) - set.size).toBe(1);
    expect([...set.missing()]).toEqual([{ slice: 'all', index: 777_777, firstPage: 1_555_554, pages: 2 }]);
  });
});
