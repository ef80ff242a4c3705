import fc from 'fast-check';
import { timeWindows, type Window, windowParameters, windowUnit } from '../../../core/plan/windows';
import type { WindowSlices } from '../../../core/source/slices';

const now = new Date('2026-03-15T12:34:56.789Z');

function windows(changes: Partial<WindowSlices> = {}): WindowSlices {
  return {
    type: 'windows',
    from: '2026-01-01',
    to: '2026-02-01',
    step: { days: 10 },
    format: 'iso',
    end: 'exclusive',
    fromName: 'from',
    toName: 'to',
    ...changes,
  };
}

/** Windows as their requests see them. */
function written(changes: Partial<WindowSlices>): unknown[][] {
  const slices = windows(changes);
  return [...timeWindows(slices, now)].map((window) => {
    const { from, to } = windowParameters(slices, window);
    return [from, to];
  });
}

const moment = fc
  .date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const length = fc.integer({ min: 1, max: 40 });
const step: fc.Arbitrary<WindowSlices['step']> = fc.oneof(
  length.map((days) => ({ days })),
  length.map((months) => ({ months })),
  length.map((years) => ({ years })),
  fc.integer({ min: 1, max: 999 }).map((hours) => ({ hours })),
);
const format = fc.constantFrom<WindowSlices['format'][]>(
  'iso',
  'date',
  'epoch-seconds',
  'epoch-milliseconds',
);

/** Windows that are not too many: a year and a half at most. */
const anyWindows = fc
  .record({ from: moment, days: fc.double({ min: 0.01, max: 550, noNaN: true }), step, format })
  .map(({ days, ...rest }) => {
    return windows({ ...rest, to: new Date(Date.parse(rest.from) + days * 86_400_000).toISOString() });
  });

describe('timeWindows', () => {
  it('covers the time from beginning to end, with neither gap nor overlap', () => {
    fc.assert(
      fc.property(anyWindows, (slices) => {
        const cut = [...timeWindows(slices, now)];
        const unit = windowUnit(slices);
        expect(cut[0]?.[0]).toBe(Math.floor(Date.parse(slices.from) / unit) * unit);
        expect(cut.at(-1)?.[1]).toBe(Math.ceil(Date.parse(slices.to ?? '') / unit) * unit);
        for (const [i, [from, to]] of cut.entries()) {
          expect(from).toBeLessThan(to);
          if (i > 0) expect(from).toBe(cut[i - 1]?.[1]);
        }
      }),
    );
  });

  it('also as the windows are written, whether or not the source counts the end', () => {
    const endings = fc.constantFrom<WindowSlices['end'][]>('exclusive', 'inclusive');
    fc.assert(
      fc.property(anyWindows, endings, (any, end) => {
        const slices = { ...any, end };
        const read = [...timeWindows(slices, now)].map((window) => readBack(slices, window));
        for (const [i, [from]] of read.entries()) if (i > 0) expect(from).toBe(read[i - 1]?.[1]);
      }),
    );
  });

  it('does not drift when months differ in length', () => {
    const to = '2026-06-01';
    expect(written({ from: '2026-01-31', to, step: { months: 1 }, format: 'date' })).toEqual([
      ['2026-01-31', '2026-02-28'],
      ['2026-02-28', '2026-03-31'],
      ['2026-03-31', '2026-04-30'],
      ['2026-04-30', '2026-05-31'],
      ['2026-05-31', '2026-06-01'],
    ]);
  });

  it('finds the last of February again in the next leap year', () => {
    expect(written({ from: '2024-02-29', to: '2028-03-01', step: { years: 1 }, format: 'date' })).toEqual([
      ['2024-02-29', '2025-02-28'],
      ['2025-02-28', '2026-02-28'],
      ['2026-02-28', '2027-02-28'],
      ['2027-02-28', '2028-02-29'],
      ['2028-02-29', '2028-03-01'],
    ]);
  });

  it('ends when the run was planned where no end is given, and does not leave out the day that has begun', () => {
    expect(written({ from: '2026-03-15', to: undefined, step: { hours: 12 } })).toEqual([
      ['2026-03-15T00:00:00Z', '2026-03-15T12:00:00Z'],
      ['2026-03-15T12:00:00Z', '2026-03-15T12:34:56.789Z'],
    ]);
    expect(written({ from: '2026-03-14', to: undefined, step: { days: 1 }, format: 'date' })).toEqual([
      ['2026-03-14', '2026-03-15'],
      ['2026-03-15', '2026-03-16'],
    ]);
  });

  it('makes no window that its format cannot tell from the one before', () => {
    expect(written({ to: '2026-01-03', step: { hours: 6 }, format: 'date' })).toEqual([
      ['2026-01-01', '2026-01-02'],
      ['2026-01-02', '2026-01-03'],
    ]);
  });

  it('takes times for UTC, whatever the zone of the machine is', () => {
    const hour = { step: { days: 1 }, format: 'epoch-seconds' } as const;
    const expected = [[Date.UTC(2026, 0, 1, 6) / 1000, Date.UTC(2026, 0, 1, 7) / 1000]];
    expect(written({ ...hour, from: '2026-01-01T06:00:00', to: '2026-01-01T07:00Z' })).toEqual(expected);
  });

  it.each([
    [{ from: '2026-02-01', to: '2026-02-01' }, "from '2026-02-01' must be earlier than to '2026-02-01'"],
    [{ from: '2027-01-01', to: undefined }, "from '2027-01-01' must be earlier than the time of the run"],
    [{ from: 'yesterday' }, "from 'yesterday' is no time: write it as 2026-01-31 or 2026-01-31T12:00:00Z"],
  ])('refuses %j', (changes, sentence) => {
    expect(() => [...timeWindows(windows(changes), now)]).toThrow(sentence);
  });
});

describe('windowParameters', () => {
  const day: Window = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)];
  it.each([
    ['iso', 'exclusive', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
    ['iso', 'inclusive', '2026-01-01T00:00:00Z', '2026-01-01T23:59:59.999Z'],
    ['date', 'exclusive', '2026-01-01', '2026-01-02'],
    ['date', 'inclusive', '2026-01-01', '2026-01-01'],
    ['epoch-seconds', 'exclusive', 1767225600, 1767312000],
    ['epoch-seconds', 'inclusive', 1767225600, 1767311999],
    ['epoch-milliseconds', 'exclusive', 1767225600000, 1767312000000],
    ['epoch-milliseconds', 'inclusive', 1767225600000, 1767311999999],
  ] as const)('writes %s with an %s end', (format, end, from, to) => {
    expect(windowParameters(windows({ format, end }), day)).toEqual({ from, to });
  });

  it('uses the names that the request has for them', () => {
    const slices = windows({ format: 'date', fromName: 'since', toName: 'until' });
    expect(windowParameters(slices, day)).toEqual({ since: '2026-01-01', until: '2026-01-02' });
  });
});

/** The time that a source takes a window for, [from, to): what is written, read without windows.ts. */
function readBack(slices: WindowSlices, window: Window): [number, number] {
  const { from, to } = windowParameters(slices, window);
  const time = (value: string | number | undefined) => {
    if (typeof value === 'string') return Date.parse(value);
    return Number(value) * (slices.format === 'epoch-seconds' ? 1000 : 1);
  };
  const unit = { iso: 1, date: 86_400_000, 'epoch-seconds': 1000, 'epoch-milliseconds': 1 }[slices.format];
  return [time(from), time(to) + (slices.end === 'inclusive' ? unit : 0)];
}
