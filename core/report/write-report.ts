import { reportKey } from '../run/keys';
import type { Lake } from '../run/ports';
import { gatherFacts } from './gather/gather-facts';
import type { RunOutcome } from './gather/run-outcome';
import { reportPage } from './report-page';

/**
 * Writes a finished run's report.html. It says what the run came to, so that comes first; whoever writes it again overwrites it with the
 * same, or with what has become of the run since.
 */
export async function writeReport(
  outcome: RunOutcome,
  lake: Pick<Lake, 'get' | 'list' | 'put' | 'download' | 'head'>,
  now: Date,
): Promise<void> {
  const page = reportPage(await gatherFacts(outcome, lake, now));
  await lake.put(reportKey(outcome.plan), page, { contentType: 'text/html; charset=utf-8' });
}
