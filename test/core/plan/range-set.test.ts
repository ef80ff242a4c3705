import fc from 'fast-check';
import { pageRangeName } from '../../../core/plan/grid';
import { RangeSet } from '../../../core/plan/range-set';

const someRange = fc.record({
  slice: fc.constantFrom('a', 'b', 'c', '__proto__'),
  index: fc.oneof(
    { weight: 8, arbitrary: fc.nat(40) },
    fc.constantFrom(4095, 4096, 4097, 2 ** 31, 2 ** 32, 2 ** 32 + 3, 2 ** 53 - 1),
  ),
});

describe('RangeSet', () => {
  it('is a Set of ranges, of slices that nobody named before', () => {
    fc.assert(
      fc.property(fc.array(someRange, { maxLength: 120 }), fc.array(someRange), (added, asked) => {
        const model = new Set<string>();
        const set = new RangeSet();
        for (const range of added) {
          expect(set.add(range)).toBe(!model.has(pageRangeName(range)));
          model.add(pageRangeName(range));
          expect(set.size).toBe(model.size);
        }
        for (const range of [...added, ...asked])
          expect(set.has(range)).toBe(model.has(pageRangeName(range)));
      }),
    );
  });

  it('keeps what it has when a slice outgrows one number', () => {
    const set = new RangeSet();
    for (let index = 0; index < 100; index += 3) set.add({ slice: 'all', index });
    const there = Array.from({ length: 110 }, (_, index) => set.has({ slice: 'all', index }));
    expect(there).toEqual(Array.from({ length: 110 }, (_, index) => index < 100 && index % 3 === 0));
  });

  it('finds where a chain ends', () => {
    fc.assert(
      fc.property(fc.array(someRange, { maxLength: 120 }), fc.nat(40), (added, from) => {
        const set = new RangeSet();
        for (const range of added) set.add(range);
        const end = set.firstAbsent({ slice: 'a', index: from });
        expect(set.has({ slice: 'a', index: end })).toBe(false);
        for (let index = from; index < end; index++) expect(set.has({ slice: 'a', index })).toBe(true);
      }),
    );
  });

  it('holds a million ranges of one slice in a few hundred kilobytes', () => {
    const set = new RangeSet();
    const before = process.memoryUsage();
    for (let index = 0; index < 1_000_000; index++) if (index !== 777_777) set.add({ slice: 'all', index });
    const after = process.memoryUsage();
    expect(set.size).toBe(999_999);
    expect(set.firstAbsent({ slice: 'all', index: 0 })).toBe(777_777);
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(500_000);
  });
});
