import { clockIn, type Shown } from './clock-in';
import type { Fields } from './fields';

const minute = 60_000;
const day = 24 * 60 * minute;
/** The days that are tried: fixed, so that a definition is not valid in one year and refused in the next. */
const begin = Date.UTC(2026, 0, 1);
const end = Date.UTC(2027, 0, 1);

/**
 * The first moment of 2026, ISO 8601, at which two schedules of different time zones are both due; undefined where there is none, or where one is
 * not valid. When the clocks of later years change nobody knows for certain: what comes together by another rule than that year's is not seen.
 * A time that comes twice as clocks go back counts both times, since EventBridge Scheduler does not say which one it takes.
 */
export function dueAtOnce(one: Fields, other: Fields): string | undefined {
  // Clocks of two zones are whole quarters of an hour apart.
  if ((Number(one.minute) - Number(other.minute)) % 15 !== 0) return undefined;
  try {
    const clock = clockIn(other.timeZone);
    for (const moment of duesOf(one)) {
      if (isDue(other, clock(moment))) return new Date(moment).toISOString();
    }
  } catch (error) {
    // No time zone: its own check says so.
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

function* duesOf(schedule: Fields): Generator<number> {
  const clock = clockIn(schedule.timeZone);
  const timeOfDay = (60 * Number(schedule.hour) + Number(schedule.minute)) * minute;
  // Where it is New Year somewhere, it is the day before or after elsewhere.
  for (let date = begin - day; date <= end; date += day) {
    const local = date + timeOfDay;
    for (const near of [local - day, local + day]) {
      const moment = local - clock(near).ahead;
      const isInYear = begin <= moment && moment < end;
      if (isInYear && isDue(schedule, clock(moment))) yield moment;
    }
  }
}

function isDue({ hour, minute, weekDays }: Fields, shown: Shown): boolean {
  const isOn = !Array.isArray(weekDays) || weekDays.includes(shown.weekDay);
  return isOn && shown.hour === hour && shown.minute === minute;
}
