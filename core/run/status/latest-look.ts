import type { Plan } from '../../plan/plan';
import { folderOf } from '../drift/gather';
import { readLooks } from '../drift/look';
import type { Unrollable } from '../missing/unroll';
import type { Lake } from '../ports';

/** The last look at the source that a run has planned. */
export interface LatestLook {
  /** From 1. */
  readonly look: number;
  /** 'edges' reads the edges of ranges again, 'moved' what has moved. */
  readonly kind: 'edges' | 'moved';
  readonly sequences: Unrollable['sequences'];
}

/** Undefined where a run has not looked again, or is done with that. */
export async function latestLook(plan: Plan, lake: Pick<Lake, 'get'>): Promise<LatestLook | undefined> {
  const last = (await readLooks(plan, lake)).at(-1);
  if (!last || last.kind === 'end') return undefined;
  return { look: last.look, kind: last.kind, sequences: folderOf(plan, last).sequences };
}
