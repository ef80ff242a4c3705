/**
 * Names a run after a moment: '2026-11-23t03-00-00-000z'. Sorts by time and fits into keys, so the same
 * scheduled time always names the same run and a later run always sorts behind an earlier one.
 */
export function runIdAt(moment: Date): string {
  return moment.toISOString().toLowerCase().replace(/[:.]/g, '-');
}

/** Whether a text is a run id as runIdAt makes them: the name of a moment that there is. */
export function isRunId(text: string): boolean {
  const match = /^(\d{4}-\d{2}-\d{2})t(\d{2})-(\d{2})-(\d{2})-(\d{3})z$/.exec(text);
  if (!match) return false;
  const [, day, hour, minute, second, millisecond] = match;
  const moment = new Date(`${day}T${hour}:${minute}:${second}.${millisecond}Z`);
  // JavaScript takes the 31st of February for a day of March, and 24:00 for the next day's beginning.
  return !Number.isNaN(moment.getTime()) && runIdAt(moment) === text;
}
