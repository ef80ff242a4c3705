import fc from 'fast-check';
import { dollars } from '../../cli/plan/forecast-lines';
import { spread } from '../../cli/plan/probe-pages';

describe('spread', () => {
  test('has the first and the last, and what is between them evenly', () => {
    expect(spread(277, 3)).toEqual([0, 138, 276]);
    expect(spread(277, 1)).toEqual([0]);
    expect(spread(2, 5)).toEqual([0, 1]);
    expect(spread(0, 3)).toEqual([]);
  });

  test('never has a position twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 100_000 }), fc.integer({ min: 2, max: 50 }), (count, most) => {
        const positions = spread(count, most);
        expect(new Set(positions).size).toBe(Math.min(count, most));
        expect(positions).toEqual([...positions].sort((a, b) => a - b));
        expect([positions[0], positions.at(-1)]).toEqual([0, count - 1]);
      }),
    );
  });
});

describe('dollars', () => {
  test.each([
    [0, '$0'],
    [0.0000123, '$0.000012'],
    [0.0042, '$0.0042'],
    [0.5, '$0.50'],
    [12.345, '$12.35'],
    [1234.5, '$1,235'],
  ])('%d is %s', (value, text) => {
    expect(dollars(value)).toBe(text);
  });
});
