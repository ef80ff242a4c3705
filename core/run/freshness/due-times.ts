import { Cron } from 'croner';
import type { Schedule } from '../../source/source';

/**
 * The first time after `moment` at which a schedule starts a run, in milliseconds since the epoch. As EventBridge Scheduler has it (User
 * Guide, "Schedule types": daylight saving time): a time of day that does not exist because clocks go forward is skipped, and one that
 * comes twice because they go back starts one run. Which of the two is not documented; this takes the first, so that a run at either
 * of them covers it.
 */
export function nextDue(schedule: Schedule, moment: number): number {
  const cron = cronOf(schedule);
  let due = cron.nextRun(new Date(moment));
  while (due && !cron.match(due)) due = cron.nextRun(due);
  return timeOf(due, schedule);
}

/** Where clocks skip a time of day, croner gives the moment at which they do: a time that does not `match`. */
function cronOf({ hour, minute, timeZone, weekDays = [] }: Schedule): Cron {
  const days = weekDays.length === 0 ? '*' : weekDays.join(',');
  return new Cron(`${minute} ${hour} * * ${days}`, { timezone: timeZone, mode: '5-part' });
}

function timeOf(due: Date | null | undefined, schedule: Schedule): number {
  if (!due) throw new RangeError(`${JSON.stringify(schedule)} is never due`);
  return due.getTime();
}
