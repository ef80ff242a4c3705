import fc from 'fast-check';
import { mergeObservations, noObservations } from '../../../core/shape/merge-observations';
import type { Observations, UnknownField } from '../../../core/shape/observations';

const place = fc.record({ slice: fc.constantFrom('all', 's-1'), page: fc.nat(9), position: fc.nat(9) });
const unfit = fc.record({
  column: fc.constantFrom('a', 'b', null),
  rule: fc.constantFrom('type', 'required'),
  count: fc.integer({ min: 1, max: 9 }),
  example: fc.tuple(place, fc.string()).map(([at, reason]) => ({ ...at, reason })),
});
const unfits = fc.uniqueArray(unfit, { selector: ({ column, rule }) => `${column} ${rule}` });
const field = fc.record({
  ...{ name: fc.constantFrom('a', 'b', '__proto__'), count: fc.integer({ min: 1, max: 9 }) },
  ...{ slice: fc.constant('all'), page: fc.nat(9), type: fc.constantFrom('string', 'null') },
});
const observations: fc.Arbitrary<Observations> = fc.record({
  quarantined: unfits,
  nulled: unfits,
  filtered: fc.uniqueArray(fc.record({ rule: fc.constantFrom('filter', 'explode'), count: fc.nat(9) }), {
    selector: ({ rule }) => rule,
  }),
  unknownFields: fc.uniqueArray(field, { selector: ({ name }) => name }),
  missingFields: fc.uniqueArray(
    fc.constantFrom('a', 'b', 'c').map((name) => ({ column: name, path: name })),
    { selector: ({ column }) => column },
  ),
});

test('counts are summed, whatever the ranges', () => {
  const total = (list: readonly { count: number }[]) => list.reduce((sum, { count }) => sum + count, 0);
  fc.assert(
    fc.property(fc.array(observations), (ranges) => {
      const merged = mergeObservations(ranges);
      for (const list of ['quarantined', 'nulled', 'filtered', 'unknownFields'] as const)
        expect(total(merged[list])).toBe(ranges.reduce((sum, range) => sum + total(range[list]), 0));
    }),
  );
});

test('each reason and field is listed once, with the example of the first range that has it', () => {
  fc.assert(
    fc.property(fc.array(observations), (ranges) => {
      const merged = mergeObservations(ranges);
      const all = ranges.flatMap((range) => range.quarantined);
      for (const one of merged.quarantined)
        expect(all.find(({ column, rule }) => column === one.column && rule === one.rule)?.example).toBe(
          one.example,
        );
      const names = merged.unknownFields.map(({ name }) => name);
      expect(names).toEqual([
        ...new Set(ranges.flatMap((range) => range.unknownFields.map(({ name }) => name))),
      ]);
    }),
  );
});

test('a field is missing where every range misses it', () => {
  fc.assert(
    fc.property(fc.array(observations, { minLength: 1 }), (ranges) => {
      const sets = ranges.map((range) => new Set(range.missingFields.map(({ column }) => column)));
      expect(
        mergeObservations(ranges)
          .missingFields.map(({ column }) => column)
          .sort(),
      ).toEqual(['a', 'b', 'c'].filter((name) => sets.every((set) => set.has(name))));
    }),
  );
  const gone = { ...noObservations, missingFields: [{ column: 'a', path: 'a' }] };
  expect(mergeObservations([gone, noObservations]).missingFields).toEqual([]);
});

test('merging in parts is merging at once', () => {
  fc.assert(
    fc.property(
      fc.array(observations, { minLength: 1 }),
      fc.array(observations, { minLength: 1 }),
      (a, b) => {
        expect(mergeObservations([mergeObservations(a), mergeObservations(b)])).toEqual(
          mergeObservations([...a, ...b]),
        );
      },
    ),
  );
});

test('the ranges are left as they are', () => {
  fc.assert(
    fc.property(fc.array(observations), (ranges) => {
      const before = JSON.stringify(ranges);
      mergeObservations(ranges);
      expect(JSON.stringify(ranges)).toBe(before);
    }),
  );
});

test('of many fields a thousand are named, and the others counted together', () => {
  const fieldsOf = (range: number): UnknownField[] =>
    Array.from({ length: 600 }, (_, i) => ({
      name: `f${range}-${i}`,
      count: 2,
      slice: 'all',
      page: range,
      type: 'null',
    }));
  const ranges = [0, 1, 0].map((range) => ({ ...noObservations, unknownFields: fieldsOf(range) }));
  const { unknownFields } = mergeObservations(ranges);
  expect(unknownFields).toHaveLength(1001);
  expect(unknownFields[0]).toEqual({ name: 'f0-0', count: 4, slice: 'all', page: 0, type: 'null' });
  expect(unknownFields.at(-1)).toEqual({ name: '…', count: 400, slice: 'all', page: 1, type: 'null' });
});
