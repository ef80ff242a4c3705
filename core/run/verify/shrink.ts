import { count, counted } from '../../counted';
import type { Plan } from '../../plan/plan';
import type { Predecessor } from './predecessor';

/** Whether a table that had so many rows before may have so few now. Of any size: that many rows of three are as much as of three million. */
export function mayShrink(before: number, now: number, maxShrink: number): boolean {
  // Divided, not multiplied: (1 - 0.7) * 10 is more than 3.
  return now >= before || (before - now) / before <= maxShrink;
}

/** The smallest `maxShrink` of three digits that lets a table go from so many rows to so few. */
export function maxShrinkFor(before: number, now: number): number {
  const least = Math.ceil(((before - now) / before) * 1000);
  return (mayShrink(before, now, least / 1000) ? least : least + 1) / 1000;
}

/** One sentence on a table that lost more than it may: how much, what may be the reason, and what to do. */
export function shrinkSentence(
  { definition, verification: { maxShrink } }: Pick<Plan, 'definition' | 'verification'>,
  predecessor: Predecessor,
  { rows, quarantined }: { readonly rows: number; readonly quarantined: number },
): string {
  const { runId, records } = predecessor;
  const isAnother = predecessor.definition !== undefined && predecessor.definition !== definition;
  const hints = [
    ...(quarantined > 0 ? [`${count(quarantined)} that came are in quarantine`] : []),
    ...(isAnother
      ? ["the dataset's definition is another than then: its request, slices or filter may leave records out"]
      : []),
    ...(predecessor.isMerged
      ? ['changes were merged into that table, so it also held what the source deleted since']
      : []),
  ];
  const hint = hints.length === 0 ? '' : ` (${hints.join('; ')})`;
  const lost = `the table would have ${count(rows)} of the ${counted(records, 'record')} that readers see of run ${runId}, which is more than verification.maxShrink ${maxShrink} lets it lose${hint}`;
  const enough = maxShrinkFor(records, rows);
  return `${lost}: look at the source, and load again once it gives everything; if so few are right, set maxShrink to ${enough}, then replay this run or load again`;
}
