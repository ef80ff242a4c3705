import { createHash } from 'node:crypto';
import type { Position } from '../../plan/plan';

/** What is remembered of a chain to notice that it goes in a circle. */
export type Mark = NonNullable<Position['mark']>;

/**
 * Takes a chain one cursor further: Brent's cycle detection (R. P. Brent, 1980), which remembers one cursor, however
 * long the chain is. `repeated` is true when the cursor is the remembered one, so that it was followed before. In a
 * circle of c cursors that begins after t others, that happens before 3 (t + c) cursors have been named.
 */
export function advance(mark: Mark | undefined, cursor: string): { mark: Mark; repeated: boolean } {
  const hash = hashOf(cursor);
  if (mark === undefined) return { mark: { hash, steps: 0, limit: 1 }, repeated: false };
  if (mark.hash === hash) return { mark, repeated: true };
  const steps = mark.steps + 1;
  if (steps < mark.limit) return { mark: { ...mark, steps }, repeated: false };
  return { mark: { hash, steps: 0, limit: 2 * mark.limit }, repeated: false };
}

/** 64 bits: a chain of 2^32 cursors has a chance of 1 in 2^32 that another cursor is taken for the remembered one. */
function hashOf(cursor: string): string {
  return createHash('sha256').update(cursor).digest('hex').slice(0, 16);
}
