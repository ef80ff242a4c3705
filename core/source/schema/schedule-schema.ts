import { z } from 'zod';
import { closest } from '../closest';
import { oneOf, quote } from '../describe';
import type { WeekDay } from '../source';
import { timeZones } from '../time-zones';
import { choice, leaf, options, variants, wholeNumber } from './schema-parts';

const weekDays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const satisfies WeekDay[];

/** When a dataset is loaded by itself. */
export const schedule = z.discriminatedUnion(
  'type',
  [
    options({
      type: z.literal('cron'),
      hour: wholeNumber(0, 23),
      minute: wholeNumber(0, 59),
      timeZone: leaf<string>(isTimeZone, allowedTimeZone).default('UTC'),
      weekDays: z
        .array(choice(weekDays), { error: `a list of ${oneOf(weekDays)}` })
        .min(1, `a list of ${oneOf(weekDays)}`)
        .exactOptional(),
    }),
  ],
  variants(['cron']),
);

/** EventBridge Scheduler takes IANA names only, in their own spelling: neither '+02:00' nor 'utc', which Intl would accept. */
function isTimeZone(value: unknown): boolean {
  return typeof value === 'string' && timeZones.includes(value) && isKnownHere(value);
}

/** A name that is newer than this Node could be deployed, but its next start could not be told. */
function isKnownHere(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

function allowedTimeZone(value: unknown): string {
  const allowed = "an IANA time zone, such as 'UTC' or 'Europe/Berlin'";
  if (typeof value !== 'string') return allowed;
  const city = `/${value.toLowerCase().replaceAll(' ', '_')}`;
  const meant = closest(value, timeZones) ?? timeZones.find((name) => name.toLowerCase().endsWith(city));
  return meant === undefined ? allowed : `${allowed}; did you mean ${quote(meant)}?`;
}
