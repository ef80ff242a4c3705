import type { Plan } from '../../plan/plan';
import type { Observations, Unfit } from '../../shape/observations';
import { unfitReason } from '../../shape/unfit-reason';
import type { Manifest } from './manifest';

/** Reasons that the sentence names. */
const reasonsSpelledOut = 3;

/**
 * One sentence where more is in quarantine than the dataset allows: how much, and the three most frequent reasons with an example each. The
 * ratio is one of rows where explode or transform made several of a record.
 */
export function* quarantineProblem(
  { dataset, maxQuarantinedRatio }: Pick<Plan, 'dataset' | 'maxQuarantinedRatio'>,
  { quarantined, received, added }: Pick<Manifest['counts'], 'quarantined' | 'received' | 'added'>,
  observations: Pick<Observations, 'quarantined'>,
): Generator<string> {
  const rows = received + added;
  // Divided, not multiplied: 0.29 * 100 is less than 29.
  if (!(quarantined / rows > maxQuarantinedRatio)) return;
  const things = added === 0 ? 'records' : 'rows';
  const share = quarantined === rows && rows > 1 ? `all ${n(rows)}` : `${n(quarantined)} of ${n(rows)}`;
  const verb = quarantined === 1 ? 'is' : 'are';
  const reasons = mostFrequent(observations.quarantined, dataset);
  yield `${share} ${things} ${verb} in quarantine, above maxQuarantinedRatio ${maxQuarantinedRatio}${reasons === '' ? '' : `: ${reasons}`}`;
}

/** "1,200 × price, first on page 3 of cities, record 17: 'n/a' is not a decimal(12,2); …"; '' where there is no reason. */
function mostFrequent(unfit: readonly Unfit[], dataset: string): string {
  const byCount = [...unfit].sort((a, b) => b.count - a.count);
  const shown = byCount.slice(0, reasonsSpelledOut).map((one) => unfitReason(one, dataset));
  const more = byCount.length - shown.length;
  if (more > 0) shown.push(more === 1 ? 'and one more reason' : `and ${n(more)} more reasons`);
  return shown.join('; ');
}

const n = (value: number): string => value.toLocaleString('en');
