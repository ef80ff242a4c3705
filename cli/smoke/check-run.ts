import { readClaim } from '../../core/run/claim';
import type { RunName } from '../../core/run/keys';
import { readPointer } from '../../core/run/publish/pointer';
import { verifyAgain } from '../../core/run/verify/verify-again';
import { databaseName, tableName } from '../../lambda/environment';
import type { OpenEnvironment } from '../environment/open-environment';
import { count, counted } from '../format';
import { type CheckLine, extentOf, keysOf } from '../verify';
import type { FindTable } from './glue-tables';

/** What a published run must look like to its readers and its operators, from the pointer to the queues. */
export async function checkRun(
  run: RunName,
  expected: { readonly records: number },
  environment: OpenEnvironment,
  findTable: FindTable,
): Promise<readonly CheckLine[]> {
  const { lake } = environment;
  const pointer = await readPointer(lake, run);
  const verified = await verifyAgain(run, { lake, findRepeatedKeys: keysOf(environment) });
  const table = await findTable(databaseName(environment.name), tableName(run.source, run.dataset));
  const { pages } = await environment.queues(run.source);
  const depth = await pages.depth();
  const claim = await readClaim(lake, run);
  return [
    check('published', pointer?.runId === run.runId, `readers see run ${pointer?.runId ?? 'none'}`),
    check(
      'records',
      pointer?.records === expected.records,
      `${count(pointer?.records ?? 0)} of ${count(expected.records)}`,
    ),
    check('verified', verified.verdict === 'complete', `${verified.verdict}: ${extentOf(verified)}`),
    check(
      'catalog',
      table?.runId === run.runId && folderOf(table.location) === pointer?.location,
      table ? `the table is at ${table.location}` : 'there is no table',
    ),
    check('dead-letters', depth.dead === 0, counted(depth.dead, 'message')),
    // Reconcile lets go of a run last, after its event is on the bus.
    check('settled', claim === undefined, claim ? `run ${claim.runId} is still open` : 'nothing is open'),
  ];
}

function check(name: string, passed: boolean, sentence: string): CheckLine {
  return { name, outcome: passed ? 'passed' : 'failed', sentence };
}

/** The folder within its bucket, as pointers have it. */
function folderOf(location: string | undefined): string | undefined {
  return location === undefined ? undefined : /^s3:\/\/[^/]+\/(.*)$/.exec(location)?.[1];
}
