import type { ReportFacts } from './gather/report-facts';

/** Pages, or page ranges, that were fetched besides those that the table is made of: by looks, or before one fetched them again. */
export function readAgain({ verification, sums }: ReportFacts, name: 'pages' | 'ranges'): number {
  const found = verification?.checks.find((check) => check.name === name)?.found;
  return found === undefined ? 0 : Math.max(0, found - sums[name]);
}

/** What for, as far as the run was seen to change: goes on 'read again'. */
export function whyAgain({ outcome }: ReportFacts): string {
  const drift = outcome.state === 'failed' ? undefined : outcome.manifest.drift;
  const hasMoved = drift !== undefined && drift.moved + drift.grown > 0;
  return hasMoved ? 'to see whether they had moved, or because they had' : 'to see whether they had moved';
}
