import { z } from 'zod';
import { oneOf } from '../describe';
import type { WeekDay } from '../source';
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
      timeZone: leaf<string>(isTimeZone, "an IANA time zone, such as 'UTC' or 'Europe/Berlin'").default(
        'UTC',
      ),
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
  if (typeof value !== 'string' || !/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(value)) return false;
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
    return known === value || known.toLowerCase() !== value.toLowerCase();
  } catch {
    return false;
  }
}
