import { count, counted } from '../../counted';
import type { Plan } from '../../plan/plan';
import type { Evidence } from './judge';
import type { Judgement } from './judgement';
import { mayShrink, shrinkSentence } from './shrink';

/** A table must not take the place of one that has far more rows: of a source that suddenly gives little, or nothing, readers keep what they have. */
export function judgeShrink(
  judgement: Judgement,
  plan: Plan,
  { tally: { counts }, hole, predecessor }: Pick<Evidence, 'tally' | 'hole' | 'predecessor'>,
) {
  const { subset, increment, verification } = plan;
  if (subset) return judgement.skipped('shrink', 'a trial takes the place of no table');
  if (increment) {
    return judgement.skipped('shrink', 'what changed is merged into the table, which loses no row by that');
  }
  if (predecessor === undefined) {
    return judgement.skipped('shrink', 'no table is on record that this one would take the place of');
  }
  if (predecessor === null) {
    return judgement.passed('shrink', 'nothing was published before that could be lost');
  }
  const { runId, records } = predecessor;
  const rows = counts.staged - counts.repeated;
  const numbers = { expected: records, found: rows };
  const both = `${counted(rows, 'record')} where readers see ${count(records)} of run ${runId}`;
  if (mayShrink(records, rows, verification.maxShrink)) return judgement.passed('shrink', both, numbers);
  // Whoever gave ranges up accepted what is in them, as far as anybody knows how much that is.
  if (rows > 0 && mayShrink(records, rows + (hole.records ?? 0), verification.maxShrink)) {
    return judgement.warned('shrink', `${both}, which may be what was given up`, numbers);
  }
  const found = { rows, quarantined: counts.quarantined };
  judgement.failed('shrink', shrinkSentence(plan, predecessor, found), numbers);
}
