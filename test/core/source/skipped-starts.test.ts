import { skippedStart } from '../../../core/source/skipped-starts';

const at = (hour: number, minute: number, timeZone: string) =>
  ({ type: 'cron', hour, minute, timeZone }) as const;

test.each([
  [at(2, 0, 'Europe/Berlin'), '2026-03-29'],
  [at(2, 59, 'Europe/Berlin'), '2026-03-29'],
  [at(1, 59, 'Europe/Berlin'), undefined],
  [at(3, 0, 'Europe/Berlin'), undefined],
  [at(2, 30, 'America/New_York'), '2026-03-08'],
  [at(1, 30, 'America/New_York'), undefined], // comes twice in November, and is never skipped
  [at(2, 15, 'Australia/Lord_Howe'), '2026-10-04'], // half an hour only
  [at(2, 30, 'Australia/Lord_Howe'), undefined],
  [at(0, 30, 'Africa/Cairo'), '2026-04-24'],
  [at(2, 30, 'UTC'), undefined],
  [at(2, 30, 'Asia/Kolkata'), undefined],
  [{ ...at(2, 30, 'Europe/Berlin'), weekDays: ['mon', 'sat'] }, undefined],
  [{ ...at(2, 30, 'Europe/Berlin'), weekDays: ['sun'] }, '2026-03-29'],
] as const)('%j is skipped on %s', (schedule, date) => {
  expect(skippedStart(schedule)).toBe(date);
});
