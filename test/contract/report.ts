import { allChecks } from './all-checks';
import type { Target } from './check';
import { complaint, judge, type Verdict } from './judge';
import type { KnownDifference } from './known-differences';
import { runChecks } from './run-checks';

/** Runs all checks against a target and prints what is not as it should be; resolves to whether all is. */
export async function runAndReport(
  name: string,
  target: Target,
  known: readonly KnownDifference[],
  signal?: AbortSignal,
): Promise<boolean> {
  const started = performance.now();
  const counts: Record<Verdict, number> = {
    holds: 0,
    'differs as known': 0,
    differs: 0,
    'differs no more': 0,
  };
  for await (const result of runChecks(allChecks, target, signal)) {
    // A check that was interrupted says nothing about the target
    if (signal?.aborted) return false;
    counts[judge(result, known)] += 1;
    const line = complaint(result, known);
    if (line !== undefined) console.log(`  ${line}`);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  console.log(`${name}: ${parts.map(([verdict, count]) => `${count} ${verdict}`).join(', ')}; ${seconds} s`);
  return counts.differs + counts['differs no more'] === 0;
}
