/**
 * Names a run after a moment: '2026-11-23t03-00-00-000z'. Sorts by time and fits into keys, so the same
 * scheduled time always names the same run and a later run always sorts behind an earlier one.
 */
export function runIdAt(moment: Date): string {
  return moment.toISOString().toLowerCase().replace(/[:.]/g, '-');
}

/** Whether a text is a run id as runIdAt makes them. */
export function isRunId(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}t\d{2}-\d{2}-\d{2}-\d{3}z$/.test(text);
}
