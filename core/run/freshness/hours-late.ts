import type { Pointer } from '../publish/pointer';
import { momentOf } from '../publish/what-is-kept';
import { nextDue } from './due-times';
import type { ExpectedDataset } from './expected-dataset';

const minute = 60_000;
const hour = 60 * minute;

/**
 * Hours since the deadline of the earliest scheduled run that should be published and is not; 0 where none is late.
 * @param covered no run that was due by then is missing: see coveredUntil and expectedSince. Milliseconds since the epoch
 * @param now milliseconds since the epoch
 */
export function hoursLate(
  { schedules, windowMinutes, deadlineHours }: ExpectedDataset,
  covered: number,
  now: number,
): number {
  const allowed = windowMinutes * minute + deadlineHours * hour;
  const missed = schedules.map((schedule) => nextDue(schedule, covered));
  return Math.max(0, now - allowed - Math.min(...missed)) / hour;
}

/**
 * Every run that was due by then is covered, by itself or by a later one. That is the watermark, or the time that the run is named after,
 * whichever is later. A scheduled run is named after its schedule's own time, so no clock that is slow makes it miss its own
 * start; and the watermark of a dataset that is sliced by the records of another is that of the other's run, which may
 * be hours older. A replay has asked its source for nothing: the run that did counts.
 */
export function coveredUntil({ runId, replayOf = runId, watermark, publishedAt }: Pointer): number {
  // A person may name a run after a time that is yet to come.
  const named = Math.min(momentOf(replayOf), Date.parse(publishedAt));
  return Math.max(named, Date.parse(watermark));
}
