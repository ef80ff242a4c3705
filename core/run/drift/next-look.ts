import type { Plan } from '../../plan/plan';
import type { Unrolled } from '../missing/unroll';
import { type CoverageServices, isCovered } from './coverage';
import { isOverlapping, type Outcome } from './end-of-looks';
import { type Gathered, gather } from './gather';
import { judgeSlice } from './judge-slice';
import { countLaid } from './layout';
import type { Layout, Look } from './look';
import { isUnsettled, type Judged, movedLook } from './moved-look';
import { driftSentence } from './sentences';

export type LookServices = CoverageServices;

/**
 * What follows a look of which everything is there: after ranges that were fetched again a look at all edges, and after that what
 * still has to be fetched again, or what it has all come to.
 */
export async function nextLook(
  plan: Plan,
  looks: readonly Look[],
  { givenUp }: Pick<Unrolled, 'givenUp'>,
  services: LookServices,
): Promise<Look | Outcome> {
  const last = looks.at(-1);
  if (last === undefined || last.kind === 'end') throw new TypeError('nothing follows the end of looks');
  // What cannot be read again shows nothing.
  if (givenUp.length > 0) return outcomeOf(looks, last.slices, 'open', undefined);
  if (last.kind === 'moved') return { version: 1, look: last.look + 1, kind: 'edges', slices: last.slices };
  const gathered = await gather(plan, looks, last, services.lake);
  const judged = gathered.slices.map((slice): Judged => ({ slice, verdict: judgeSlice(slice) }));
  const total = totalOf(looks, judged, gathered);
  if (!judged.some(isUnsettled)) {
    const outcome = isOverlapping(looks[0], last.slices) ? 'covered' : 'settled';
    const begun =
      looks.length === 1 ? last.slices.filter(({ lead }) => lead).map(({ grid }) => grid.slice) : [];
    const sameLeads = new Set(begun.filter(gathered.areSameLeads));
    const others = begun.length - sameLeads.size;
    return { ...outcomeOf(looks, last.slices, outcome, total, others), sameLeads };
  }
  const round = looks.filter(({ kind }) => kind === 'moved').length;
  if (round < plan.verification.looks) return movedLook(judged, last.look + 1, round);
  const outcome = (await isCovered(plan, looks, judged, services)) ? 'covered' : 'open';
  return outcomeOf(looks, last.slices, outcome, total);
}

/** What the slices hold, as they said at first, and by what was read last; undefined where one of them did not say. */
type Totals = readonly [first: number, last: number];

/** A lead has told what its slices hold, and what of that changed is known of those that were looked at. */
function totalOf(
  looks: readonly Look[],
  judged: readonly Judged[],
  { promised }: Gathered,
): Totals | undefined {
  const [first] = looks;
  let [before, after] = [0, 0];
  for (const [at, { verdict }] of judged.entries()) {
    const planned = first && 'slices' in first ? first.slices[at]?.grid.total : undefined;
    if (planned === undefined || verdict.total === undefined) return undefined;
    before += planned;
    after += verdict.total;
  }
  return promised === undefined ? [before, after] : [promised, promised - before + after];
}

function outcomeOf(
  looks: readonly Look[],
  layouts: readonly Layout[],
  outcome: 'settled' | 'covered' | 'open',
  totals: Totals | undefined,
  otherLeads = 0,
): Outcome {
  const again = looks.filter((look) => look.kind === 'moved');
  const drift = {
    looks: looks.length,
    moved: again.reduce((sum, { moved }) => sum + moved, otherLeads),
    grown: again.reduce((sum, { grown }) => sum + grown, 0),
    ...(totals && { totals: [...totals] as [number, number] }), // a tuple, copied
    outcome,
  };
  const ranges = layouts.reduce((sum, layout) => sum + countLaid(layout), 0);
  const sentence = driftSentence(drift, ranges);
  return { drift: { ...drift, sentence }, ...(totals && { total: totals[1] }) };
}
