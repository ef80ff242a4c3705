import { createHash } from 'node:crypto';
import { ThrottledError } from '../../errors';
import type { LeadRange, Sequence, UnseenSlice } from '../../plan/plan';
import { BodyWeight, keepInFlight } from '../pace/in-flight';
import { fetchSlice } from './fetch-slice';
import type { RangeOutcome, RangeWork } from './range-work';
import type { SliceOutcome } from './slice-outcome';

type Begun = Extract<SliceOutcome, { type: 'begun' }>;

/** Name of the only slice of a dataset that is not sliced. */
const unsliced = 'all';

/**
 * Loads the first pages of slices that nobody has looked at, several slices at a time, and names what follows in those
 * that have more. Halves of slices that are too big are looked at in their place. Slices for which the budget is not
 * enough follow as another lead; so do those that the source made wait too long, if anything came of others.
 */
export async function fetchLead(range: LeadRange, work: RangeWork): Promise<RangeOutcome> {
  const { source, dataset, budget, controller, services } = work;
  const waiting: UnseenSlice[] = [...range.slices];
  const begun: Begun[] = [];
  let throttled: ThrottledError | undefined;
  let looked = 0;
  await keepInFlight({
    next() {
      if (looked > 0 && (budget.spent || throttled)) return undefined;
      looked += waiting.length > 0 ? 1 : 0;
      return waiting.shift();
    },
    limit: source.limits.inFlight,
    bodies: BodyWeight.of(dataset),
    pacer: services.pacer,
    controller,
    async work(slice, pacer) {
      const wrote = work.origins.length;
      try {
        const outcome = await fetchSlice(
          { ...work, services: { ...services, pacer } },
          slice,
          range.mostPages,
        );
        if (outcome.type === 'begun') begun.push(outcome);
        else waiting.push(...outcome.halves);
      } catch (error) {
        const isUntouched = !work.origins.slice(wrote).some((origin) => origin.slice === slice.name);
        if (!(error instanceof ThrottledError && isUntouched)) throw error;
        throttled = error;
        waiting.push(slice);
      }
    },
  });
  if (throttled && begun.length === 0) throw throttled;
  return {
    totals: range.slices.some(({ name }) => name === unsliced) ? begun.flatMap(({ totals }) => totals) : [],
    expected: sumOf(begun),
    next: [...begun.flatMap(({ next }) => next), ...leadOf(waiting, range, looked)],
  };
}

/** Undefined unless every slice says how many records it holds. */
function sumOf(begun: readonly Begun[]): number | undefined {
  return begun.reduce<number | undefined>(
    (sum, { expected }) => (sum === undefined || expected === undefined ? undefined : sum + expected),
    0,
  );
}

/**
 * The slices that are left, as many in a range as this one had time for. The name is that of its first slice and of this
 * range: unique, and no longer however often slices are handed on.
 */
function leadOf(slices: readonly UnseenSlice[], range: LeadRange, looked: number): Sequence[] {
  const [first] = slices;
  if (first === undefined) return [];
  const parent = createHash('sha256').update(`${range.slice}/${range.index}`).digest('hex').slice(0, 12);
  return [
    {
      type: 'lead',
      slice: `${first.name}-rest-${parent}`,
      slices: [...slices],
      slicesPerRange: looked,
      ...(range.mostPages === undefined ? {} : { mostPages: range.mostPages }),
    },
  ];
}
