import fc from 'fast-check';
import { mostSlices, unseenSlices } from '../../../core/plan/slices';
import type { RecordSlices, Slices, ValueSlices, WindowSlices } from '../../../core/source/slices';

const now = new Date('2026-03-01T00:00:00Z');
const none = new Map();
const values = (name: string, ...of: (string | number)[]): ValueSlices => ({
  type: 'values',
  name,
  values: of,
});
const months: WindowSlices = {
  type: 'windows',
  from: '2026-01-01',
  step: { months: 1 },
  format: 'date',
  end: 'exclusive',
  fromName: 'from',
  toName: 'to',
};
const users: RecordSlices = { type: 'records', dataset: 'users', column: 'id', name: 'userId' };

describe('unseenSlices', () => {
  it('makes one slice per value, named by its position', () => {
    expect(unseenSlices([values('status', 'open', 'closed')], { now, parentValues: none })).toEqual([
      { name: 's-00000000', parameters: { status: 'open' } },
      { name: 's-00000001', parameters: { status: 'closed' } },
    ]);
  });

  it('keeps the time that a window is, so that it can be halved', () => {
    const [january, february] = [Date.UTC(2026, 0), Date.UTC(2026, 1)];
    expect(unseenSlices([months], { now, parentValues: none })).toEqual([
      {
        name: 's-00000000',
        parameters: { from: '2026-01-01', to: '2026-02-01' },
        window: [january, february],
      },
      {
        name: 's-00000001',
        parameters: { from: '2026-02-01', to: '2026-03-01' },
        window: [february, now.getTime()],
      },
    ]);
  });

  it('makes one slice per value of the parent, under the name of the parameter', () => {
    const parentValues = new Map([[users, [7, '9007199254740993']]]);
    expect(unseenSlices([users], { now, parentValues }).map(({ parameters }) => parameters)).toEqual([
      { userId: 7 },
      { userId: '9007199254740993' },
    ]);
  });

  it('multiplies: every combination once, each with all parameters, and the window of the windows', () => {
    const parentValues = new Map([[users, [1, 2, 3]]]);
    const made = unseenSlices([values('status', 'open', 'closed'), months, users], { now, parentValues });
    expect(made).toHaveLength(2 * 2 * 3);
    expect(new Set(made.map(({ parameters }) => JSON.stringify(parameters))).size).toBe(12);
    expect(made[0]?.parameters).toEqual({ status: 'open', from: '2026-01-01', to: '2026-02-01', userId: 1 });
    expect(made[1]?.parameters).toEqual({ status: 'open', from: '2026-01-01', to: '2026-02-01', userId: 2 });
    for (const { window, parameters } of made) {
      expect(new Date(window?.[0] ?? 0).toISOString().slice(0, 10)).toBe(parameters.from);
    }
  });

  it('has as many slices as the product of its declarations, in the order of their names', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 }), (sizes) => {
        const declared: Slices[] = sizes.map((size, i) => values(`p${i}`, ...Array(size).keys()));
        const made = unseenSlices(declared, { now, parentValues: none });
        expect(made).toHaveLength(sizes.reduce((product, size) => product * size, 1));
        const names = made.map(({ name }) => name);
        expect([...new Set(names)].sort()).toEqual(names);
        expect(new Set(made.map(({ parameters }) => JSON.stringify(parameters))).size).toBe(made.length);
      }),
    );
  });

  it('makes as many slices as a run may have, and refuses one more with their number', () => {
    const thousand = [...Array(1000).keys()];
    const most = [values('a', ...thousand), values('b', ...thousand.slice(0, mostSlices / 1000))];
    expect(unseenSlices(most, { now, parentValues: none })).toHaveLength(mostSlices);
    const more = [values('a', ...thousand), values('b', ...thousand.slice(0, mostSlices / 1000 + 1))];
    expect(() => unseenSlices(more, { now, parentValues: none })).toThrow(
      'the dataset would be cut into 101,000 slices, and a run has 100,000 at most: cut it into longer windows or fewer values',
    );
  });

  it('counts windows without keeping them: hours since 1970 are refused like any other number', () => {
    const hours: WindowSlices = { ...months, from: '1970-01-01', step: { hours: 1 }, format: 'iso' };
    expect(() => unseenSlices([hours], { now, parentValues: none })).toThrow('into 492,312 slices');
  });
});
