import fc from 'fast-check';
import { nextDue } from '../../../../core/run/freshness/due-times';
import type { Schedule, WeekDay } from '../../../../core/source/source';

const weekDays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const satisfies WeekDay[];
const hour = 3_600_000;
const day = 24 * hour;

const at = (time: string) => Date.parse(time);
const daily = (hour: number, minute: number, timeZone = 'UTC'): Schedule => {
  return { type: 'cron', hour, minute, timeZone };
};
const iso = (moment: number) => new Date(moment).toISOString();

/** The next times that a schedule is due after a moment. */
function following(schedule: Schedule, after: string, count: number): string[] {
  const due: string[] = [];
  for (let moment = at(after); due.length < count; due.push(iso(moment))) moment = nextDue(schedule, moment);
  return due;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The date, time of day and day of the week that clocks of a zone show. */
function clockIn(timeZone: string, moment: number) {
  const known =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  formats.set(timeZone, known);
  const [date = '', time = ''] = known.format(moment).split(' ');
  return { date, time, weekDay: weekDays[new Date(`${date}T00:00Z`).getUTCDay()] };
}

/** When a schedule is due within some days of a moment, by trying whatever offset a zone may have: the first time in each day. */
function dueAround(
  { hour: due, minute, timeZone, weekDays: on }: Schedule,
  moment: number,
  days: number,
): number[] {
  const time = `${String(due).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
  const byDate = new Map<string, number>();
  for (let date = Math.floor(moment / day) - days; date <= moment / day + days; date++) {
    for (let offset = 14 * hour; offset >= -12 * hour; offset -= hour / 4) {
      const candidate = date * day + due * hour + minute * 60_000 - offset;
      const clock = clockIn(timeZone, candidate);
      const isDue = clock.time === time && (on === undefined || on.some((one) => one === clock.weekDay));
      if (isDue) byDate.set(clock.date, Math.min(candidate, byDate.get(clock.date) ?? candidate));
    }
  }
  return [...byDate.values()].sort((a, b) => a - b);
}

describe('a time of day', () => {
  test('follows the clocks of its zone', () => {
    expect(following(daily(3, 0, 'Europe/Berlin'), '2026-03-27T12:00:00Z', 3)).toEqual([
      '2026-03-28T02:00:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T01:00:00.000Z',
    ]);
  });

  test('that does not exist, since clocks go forward, is skipped', () => {
    const schedule = daily(2, 30, 'Europe/Berlin');
    expect(following(schedule, '2026-03-27T12:00:00Z', 2)).toEqual([
      '2026-03-28T01:30:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
  });

  test('that comes twice, since they go back, is due once, at the first', () => {
    const schedule = daily(2, 30, 'Europe/Berlin');
    expect(following(schedule, '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  test('on some days of the week only skips a week where its day has no such time', () => {
    const schedule: Schedule = { ...daily(2, 30, 'Europe/Berlin'), weekDays: ['sun'] };
    expect(following(schedule, '2026-03-20T12:00:00Z', 2)).toEqual([
      '2026-03-22T01:30:00.000Z',
      '2026-04-05T00:30:00.000Z',
    ]);
  });
});

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Africa/Cairo',
];
const moreZones = ['Asia/Kathmandu', 'Pacific/Apia', 'Pacific/Chatham', 'America/Santiago', 'Asia/Beirut'];

/** Nights on which clocks change in those zones: hours around them are where mistakes are made. */
const changes = [
  '2026-03-29',
  '2026-10-25',
  '2026-03-08',
  '2026-11-01',
  '2026-04-05',
  '2026-10-04',
  '2026-04-24',
  '2026-10-30',
  '2026-09-06',
  '2026-09-27',
];

const schedules = fc.record(
  {
    type: fc.constant('cron' as const),
    hour: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 23 })),
    minute: fc.constantFrom(0, 1, 15, 30, 59),
    timeZone: fc.constantFrom(...zones, ...moreZones),
    weekDays: fc.uniqueArray(fc.constantFrom(...weekDays), { minLength: 1 }),
  },
  { requiredKeys: ['type', 'hour', 'minute', 'timeZone'] },
);
const moments = fc.oneof(
  fc.integer({ min: at('2024-01-01'), max: at('2030-01-01') }),
  fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -36 * hour, max: 36 * hour }))
    .map(([night, apart]) => at(night) + apart),
);

test('after any moment come the times that clocks of the zone show', () => {
  fc.assert(
    fc.property(schedules, moments, (schedule, moment) => {
      const due = dueAround(schedule, moment, 16);
      expect(iso(nextDue(schedule, moment))).toBe(iso(due.find((time) => time > moment) ?? 0));
    }),
    { numRuns: 400 },
  );
});

test('a moment at which it is due is not after itself, to the millisecond', () => {
  fc.assert(
    fc.property(schedules, moments, (schedule, moment) => {
      const due = nextDue(schedule, moment);
      expect(nextDue(schedule, due)).toBeGreaterThan(due);
      expect(nextDue(schedule, due - 1)).toBe(due);
    }),
    { numRuns: 400 },
  );
});
