import type { Again, Plan } from '../../plan/plan';
import { RangeSet } from '../../plan/range-set';
import { type Unrolled, unroll } from '../missing/unroll';
import type { Drift } from './drift';
import { endOfLooks, generationsOf } from './end-of-looks';
import { firstLook } from './first-look';
import { folderOf } from './gather';
import { type Look, readLook, readLooks, writeLook } from './look';
import { type LookServices, nextLook } from './next-look';

/** Objects of one folder that a run's table is made of. */
export interface Generation {
  /** The look that fetched them; undefined for the run's own pages. */
  readonly look?: number | undefined;
  /** Ranges and pages that there must be in the folder, replaced ones included. */
  readonly extent: Pick<Unrolled, 'ranges' | 'pages'>;
  /** Ranges that a later generation replaces: they are no part of the table. */
  readonly replaced: RangeSet;
}

/** A run's plan, but with what one of its looks reads. */
export type LookPlan = Omit<Plan, 'sequences'> & {
  readonly look: number;
  readonly sequences: readonly Again[];
};

/** What looking at the source again, after a run's own pages, has come to. */
export type Looked =
  /** A look is planned, and not all of its ranges are there. */
  | {
      readonly state: 'looking';
      readonly plan: LookPlan;
      readonly unrolled: Unrolled;
    }
  /** Nothing more is to be read. */
  | {
      readonly state: 'done';
      readonly generations: readonly Generation[];
      readonly drift?: Drift | undefined;
      /** Records that the source said it holds when it was last asked. */
      readonly total?: number | undefined;
    };

/** What looking again came to, when there is nothing more to read. */
export type DoneLooking = Extract<Looked, { state: 'done' }>;

/** Of a run that is not looked at again. */
export function notLooked(plan: Pick<Plan, 'total'>, own: Generation['extent']): DoneLooking {
  return { state: 'done', generations: [{ extent: own, replaced: new RangeSet() }], total: plan.total };
}

/**
 * Does the next step of looking again at the source of a run whose own pages are all there: see docs/architecture.md, "Drift". Every look is
 * written down before anything of it is enqueued, by whoever plans it first, and so is what they came to. A replay looks as the run did that it
 * replays.
 */
export async function lookAgain(plan: Plan, own: Unrolled, services: LookServices): Promise<Looked> {
  const { lake } = services;
  const looks = isLookedAt(plan) ? await readLooks(plan, lake) : [];
  for (;;) {
    const last = looks.at(-1);
    if (last?.kind === 'end') {
      const { drift, total } = last;
      return { state: 'done', generations: generationsOf(last), drift, total };
    }
    const unrolled = last && (await unroll(folderOf(plan, last), lake));
    if (last && unrolled && !unrolled.complete) {
      const { sequences } = folderOf(plan, last);
      // A look reads grids again, and nothing else.
      const again = sequences.filter((sequence) => sequence.type === 'again');
      return { state: 'looking', plan: { ...plan, look: last.look, sequences: again }, unrolled };
    }
    const next = await following(plan, own, looks, unrolled, services);
    if (next === undefined) return notLooked(plan, own);
    looks.push(await writeLook(plan, next, lake));
  }
}

/** A part of a dataset is held against nothing, and a replay asks nobody. */
function isLookedAt({ subset, replayOf, verification }: Plan): boolean {
  return !subset && (replayOf !== undefined || verification.looks > 0);
}

/** The step after the looks that are there; undefined where there is nothing to look at. */
async function following(
  plan: Plan,
  own: Unrolled,
  looks: readonly Look[],
  last: Unrolled | undefined,
  services: LookServices,
): Promise<Look | undefined> {
  const { replayOf } = plan;
  if (!isLookedAt(plan)) return undefined;
  if (replayOf) return readLook({ ...plan, runId: replayOf.runId }, looks.length + 1, services.lake);
  if (last === undefined) return firstLook(plan, services.lake);
  const outcome = await nextLook(plan, looks, last, services);
  return 'kind' in outcome ? outcome : endOfLooks(own, looks, outcome);
}
