import type { Increment } from '../../plan/plan';

/** A run, and what it is merged into where it loaded only what changed. */
interface MaybeIncrement {
  readonly runId: string;
  readonly increment?: Increment | undefined;
}

/**
 * Why what a run loaded cannot be merged into the table that readers see now, in one sentence; undefined where it can be, or is: the run holds
 * everything, the published run is still the one that it was planned by, or it is the published run.
 */
export function otherBase(
  { runId, increment }: MaybeIncrement,
  published: { readonly runId: string } | undefined,
): string | undefined {
  if (increment === undefined) return undefined;
  const { base, since } = increment;
  if (published?.runId === base.runId || published?.runId === runId) return undefined;
  const now = published === undefined ? 'nothing is published' : `run ${published.runId} is published`;
  return `it holds what changed since ${since}, for the table of run ${base.runId}, and now ${now}: load what changed again, which then asks for what that table lacks`;
}
