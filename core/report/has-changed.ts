import type { Drift } from '../run/drift/drift';

/** Whether a source was seen to change while it was read, whatever became of that. */
export function hasChanged({ moved, grown, totals, outcome }: Drift): boolean {
  const [first, last] = totals ?? [0, 0];
  return outcome !== 'settled' || moved + grown > 0 || first !== last;
}
