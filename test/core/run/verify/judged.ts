import type { Plan } from '../../../../core/plan/plan';
import { type Evidence, judge } from '../../../../core/run/verify/judge';
import type { ManifestObject } from '../../../../core/run/verify/manifest';
import { Sentences } from '../../../../core/run/verify/sentences';
import { Tally } from '../../../../core/run/verify/tally';
import { noObservations } from '../../../../core/shape/merge-observations';

/** What verification comes to of objects; what it finds out besides is as `found` says, and nothing wrong by default. */
export function judged(
  plan: Plan,
  objects: readonly (ManifestObject & { readonly isReplaced?: boolean })[],
  { total, ...found }: Pick<Evidence, 'extents'> & Partial<Evidence>,
) {
  const tally = new Tally(plan);
  for (const { isReplaced, ...object } of objects) tally.add(object, isReplaced);
  tally.counts.repeated = found.repeatedKeys?.rows ?? 0;
  const evidence: Evidence = {
    tally,
    observations: noObservations,
    keys: { objects: objects.length, unproved: 0, isUnproved: () => false },
    repeatedPages: new Sentences(),
    changed: new Sentences(),
    total: total ?? plan.total ?? tally.promised,
    hole: { ranges: [], records: 0 },
    predecessor: null,
    ...found,
  };
  return { ...judge(plan, evidence), counts: tally.counts, total: evidence.total };
}
