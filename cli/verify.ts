import { tmpdir } from 'node:os';
import { Command } from 'commander';
import { repeatedKeys } from '../core/run/verify/repeated-keys';
import type { Check } from '../core/run/verify/verification';
import { readVerification } from '../core/run/verify/verification';
import { type VerifiedAgain, verifyAgain } from '../core/run/verify/verify-again';
import type { EnvironmentName } from '../lambda/environment';
import { environmentOption, inEnvironment, type OpenEnvironment } from './environment/open-environment';
import { Finding } from './fail';
import { findRun, runArguments } from './find-run';
import { counted } from './format';
import { readSources } from './sources/find-dataset';

export interface VerifyOptions {
  readonly env: EnvironmentName;
  readonly json?: boolean;
}

/** What DuckDB may use where keys must be read; the rest goes to the disk. */
const memoryMegabytes = 512;

/** `baseload verify`: is it all there? */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('is it all there? Holds a finished run against the lake as it is now')
    .argument(...runArguments.which)
    .argument(...runArguments.runId)
    .addOption(environmentOption())
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nChanges nothing. Looks at every object of the run, adds up what the objects say of themselves, and reads keys where that does not prove\nthat none comes twice. ✓ proved, ! is published all the same, ✗ failed, · does not apply. Ends with 0 where the run is complete, else with 1.\n\nExamples:\n  npx baseload verify cities\n  npx baseload verify 2026-01-31t03-00-00-000z --env prod',
    )
    .action((which: string, runId: string | undefined, options: VerifyOptions) =>
      verify([which, runId], options),
    );
}

/** Prints what is proved of a run; a Finding where it is not complete. */
export async function verify(
  which: readonly [string, string | undefined],
  { env, json = false }: VerifyOptions,
): Promise<void> {
  const sources = readSources();
  const { run, again, first } = await inEnvironment(env, 'read', async (environment) => {
    const found = await findRun(which, sources, environment.lake);
    if (!json) console.error(`  verifying    ${found.source}/${found.dataset} ${found.runId}`);
    return {
      run: found,
      again: await verifyAgain(found, { lake: environment.lake, findRepeatedKeys: keysOf(environment) }),
      first: await readVerification(environment.lake, found),
    };
  });
  const { verdict, checks, manifest, files } = again;
  if (json) {
    const { verifiedAt } = first ?? {};
    console.log(
      JSON.stringify({ ...run, verifiedAt, verdict, checks, counts: manifest.counts, files }, null, 2),
    );
  } else for (const line of checkLines(checks)) console.log(line);
  const name = `run ${run.runId} of ${run.source}/${run.dataset}`;
  if (!json && verdict === 'warned') console.log(`\n${name} holds ${extentOf(again)}.`);
  if (verdict !== 'complete') throw new Finding(`${name} ${verdicts[verdict]}`);
  if (!json) console.log(`\n${name} is complete: ${extentOf(again)}.`);
}

const verdicts = {
  warned: 'published with what stands at ! above: readers should know of it.',
  short: 'is not complete (✗ above).',
} as const;

const marks = { passed: '✓', warned: '!', failed: '✗', skipped: '·' } as const;

/** What was checked, and what was found. */
export interface CheckLine extends Pick<Check, 'outcome' | 'sentence'> {
  readonly name: string;
}

/** Checks as a table, a line each: mark, name, what was found. */
export function checkLines(checks: readonly CheckLine[]): string[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks.map(
    ({ name, outcome, sentence }) => `  ${marks[outcome]} ${name.padEnd(width)}  ${sentence}`,
  );
}

/** How much a run loaded and, where it was merged, what readers then see: '3 records in 1 page, merged into …'. */
export function extentOf({
  manifest: { counts, subset, increment },
  files,
}: Pick<VerifiedAgain, 'manifest' | 'files'>): string {
  const rows = files && !increment ? files.records : counts.staged - counts.repeated;
  const loaded = `${counted(rows, 'record')} in ${counted(counts.pages, 'page')}`;
  if (subset) return `${loaded}, of a trial`;
  if (files === undefined) return increment ? `${loaded}, merged into no table` : loaded;
  if (increment === undefined) return `${loaded}, merged into ${counted(files.files, 'file')}`;
  const table = `${counted(files.records, 'record')} in ${counted(files.files, 'file')}`;
  return `${loaded} that changed since ${increment.since}, merged into the table of run ${increment.base.runId}: together ${table}`;
}

/** Reads keys where that is needed to prove that none comes twice. */
export function keysOf({ lake }: OpenEnvironment): Parameters<typeof verifyAgain>[1]['findRepeatedKeys'] {
  return (plan, objects) => repeatedKeys(plan, objects, { lake, workFolder: tmpdir(), memoryMegabytes });
}
