import fc from 'fast-check';
import { nextDue } from '../../../../core/run/freshness/due-times';
import { dueAtOnce } from '../../../../core/source/check/due-at-once';
import type { Schedule } from '../../../../core/source/source';

const begin = Date.UTC(2026, 0, 1);
const end = Date.UTC(2027, 0, 1);

/** The first moment of the year at which both are due, by what freshness goes by. */
function together(one: Schedule, other: Schedule): number | undefined {
  let [first, second] = [nextDue(one, begin - 1), nextDue(other, begin - 1)];
  while (first !== second && first < end && second < end) {
    if (first < second) first = nextDue(one, first);
    else second = nextDue(other, second);
  }
  return first === second && first < end ? first : undefined;
}

const schedules = fc.record(
  {
    type: fc.constant('cron' as const),
    // Clocks change in the hours before.
    hour: fc.integer({ min: 4, max: 23 }),
    minute: fc.constantFrom(0, 7, 15, 45),
    timeZone: fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'America/St_Johns',
      'Asia/Kathmandu',
    ),
    weekDays: fc.subarray(['sun', 'mon', 'wed', 'fri'] as const, { minLength: 1 }),
  },
  { requiredKeys: ['type', 'hour', 'minute', 'timeZone'] },
);

/** The same moment as another zone's clocks show it, so that most pairs meet on some day. */
function elsewhere(schedule: Schedule, timeZone: string, near: number): Schedule {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, timeStyle: 'short' });
  const [hour = 0, minute = 0] = format.format(nextDue(schedule, near)).split(':').map(Number);
  return { type: 'cron', hour, minute, timeZone };
}

test('two schedules meet on the days on which freshness expects both', () => {
  let met = 0;
  const zones = fc.constantFrom('Etc/UTC', 'Europe/London', 'America/Sao_Paulo', 'Australia/Lord_Howe');
  fc.assert(
    fc.property(
      schedules,
      zones,
      fc.integer({ min: begin, max: end - 9 * 86_400_000 }),
      (one, zone, near) => {
        const other = elsewhere(one, zone, near);
        fc.pre(other.hour >= 4);
        const moment = together(one, other);
        const expected = moment === undefined ? undefined : new Date(moment).toISOString();
        if (moment !== undefined) met += 1;
        expect(dueAtOnce({ ...one }, { ...other })).toBe(expected);
      },
    ),
    { numRuns: 60 },
  );
  expect(met).toBeGreaterThan(0);
});

test('minutes or a quarter of an hour apart they do not meet', () => {
  const daily = { type: 'cron', hour: 5, minute: 0 };
  expect(dueAtOnce(daily, { ...daily, minute: 1, timeZone: 'Etc/UTC' })).toBeUndefined();
  expect(dueAtOnce(daily, { ...daily, minute: 15, timeZone: 'Etc/UTC' })).toBeUndefined();
});

test.each([{}, { hour: 'x', minute: 0 }, { hour: 3, minute: 0, timeZone: 'Nowhere/City' }])(
  'what is no schedule is left to its own check: %j',
  (broken) => {
    const daily = { hour: 3, minute: 0 };
    expect(dueAtOnce(daily, { timeZone: 'Etc/UTC', ...broken })).toBeUndefined();
    expect(dueAtOnce({ timeZone: 'Etc/UTC', ...broken }, daily)).toBeUndefined();
  },
);

// Cairo leaves summer time at the end of Thursday, 29 October 2026, five days after Athens, and begins it on Friday, 24 April, at midnight.
test.each([
  [
    'the last day before clocks change',
    'thu',
    { hour: 3, timeZone: 'Europe/Athens' },
    '2026-10-29T01:00:00.000Z',
  ],
  ['the first day after they did', 'fri', { hour: 1, timeZone: 'UTC' }, '2026-04-24T01:00:00.000Z'],
])('%s counts', (_, weekDay, other, moment) => {
  const cairo = { hour: 4, minute: 0, timeZone: 'Africa/Cairo', weekDays: [weekDay] };
  expect(dueAtOnce(cairo, { minute: 0, ...other })).toBe(moment);
});
