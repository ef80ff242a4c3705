import type { Manifest } from '../verify/manifest';

/** What a run loads: everything, the first pages only, the pages of an earlier run, or what changed since a time. */
export type RunKind =
  | { readonly type: 'full' }
  | { readonly type: 'trial' }
  | { readonly type: 'replay'; readonly of: string }
  | { readonly type: 'increment'; readonly since: string };

/** The kind of a run, by its plan or its manifest. */
export function runKind({
  subset,
  replayOf,
  increment,
}: Pick<Manifest, 'subset' | 'replayOf' | 'increment'>): RunKind {
  if (replayOf) return { type: 'replay', of: replayOf.runId };
  if (increment) return { type: 'increment', since: increment.since };
  return { type: subset ? 'trial' : 'full' };
}
