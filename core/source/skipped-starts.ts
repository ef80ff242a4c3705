import { clockIn } from './check/clock-in';
import type { Schedule } from './source';

const minute = 60_000;
const day = 24 * 60 * minute;
const weekDays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/**
 * The first day of 2026, as '2026-03-29', on which the clocks of a schedule's zone go past its time, so that it does not start; undefined where
 * there is none. One year stands for all: when a year's clocks change is the law's matter, not the calendar's.
 */
export function skippedStart({
  hour,
  minute: past,
  timeZone,
  weekDays: on = weekDays,
}: Schedule): string | undefined {
  const clock = clockIn(timeZone);
  for (let date = Date.UTC(2026, 0, 1); date < Date.UTC(2027, 0, 1); date += day) {
    const weekDay = weekDays[new Date(date).getUTCDay()];
    if (weekDay === undefined || !on.includes(weekDay)) continue;
    const local = date + (60 * hour + past) * minute;
    const isShown = [local - day, local + day].some((near) => {
      const shown = clock(local - clock(near).ahead);
      return shown.hour === hour && shown.minute === past;
    });
    if (!isShown) return new Date(date).toISOString().slice(0, 10);
  }
  return undefined;
}
