import type { Plan } from '../../plan/plan';
import { type Unrollable, type Unrolled, unroll } from '../missing/unroll';
import type { Lake } from '../ports';
import { folderOf } from './gather';
import { readLooks } from './look';

/** What a run is loading, and how far that is. */
export interface BeingLoaded {
  /** The run's plan; of a look, with its number and what it reads. */
  readonly plan: Omit<Plan, 'sequences'> & Unrollable;
  /** The run's own pages, the edges of its ranges once more, or what has moved. */
  readonly kind: 'own' | 'edges' | 'moved';
  readonly unrolled: Unrolled;
}

/** A run's own pages, of which `own` is how far they are, or, where those are all there, the look at the source that it has come to. */
export async function beingLoaded(
  plan: Plan,
  own: Unrolled,
  lake: Pick<Lake, 'list' | 'head' | 'get'>,
): Promise<BeingLoaded> {
  const last = own.complete ? (await readLooks(plan, lake)).at(-1) : undefined;
  if (!last || last.kind === 'end') return { plan, kind: 'own', unrolled: own };
  const look = { ...plan, ...folderOf(plan, last) };
  return { plan: look, kind: last.kind, unrolled: await unroll(look, lake) };
}
