import { Command, InvalidArgumentError } from 'commander';
import { isRunId } from '../core/run/plan/run-id';
import type { PublishedRun } from '../core/run/publish/pointer';
import { rollback as moveBack } from '../core/run/publish/rollback';
import type { EnvironmentName } from '../lambda/environment';
import { environmentOption, inEnvironment } from './environment/open-environment';
import { findInLake } from './find-in-lake';
import { count, counted } from './format';
import { tableLines } from './table';

export interface RollbackOptions {
  readonly env: EnvironmentName;
  readonly to?: string;
  readonly json?: boolean;
}

/** `baseload rollback`: readers see an earlier run again. */
export function rollbackCommand(): Command {
  return new Command('rollback')
    .description('show readers an earlier run of a dataset again')
    .argument('<dataset>', 'its name, such as cities or geonames/cities')
    .option(
      '--to <run>',
      'a kept run, also a later one (default: the latest kept run before this one)',
      runId,
    )
    .addOption(environmentOption())
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      "\nThe run that readers saw is kept, so that you can go there again with --to. The dataset's keepRuns says how many runs are kept. The next\nrun that is published is a new one; the watermark goes back with the table.\n\nExamples:\n  npx baseload rollback cities\n  npx baseload rollback cities --to 2026-01-31t03-00-00-000z --env prod",
    )
    .action((name: string, options: RollbackOptions) => rollback(name, options));
}

/** Moves the pointer of a dataset and prints where it was and is. */
export async function rollback(name: string, { env, to, json = false }: RollbackOptions): Promise<void> {
  await inEnvironment(env, 'write', async ({ lake, catalog }) => {
    const dataset = await findInLake(name, lake);
    const moved = await moveBack({ lake, catalog }, dataset, { to }, new Date());
    if (json) {
      const [before, after] = [factsOf(moved.from), factsOf(moved.to)];
      return console.log(JSON.stringify({ environment: env, ...dataset, before, after }, null, 2));
    }
    console.log(`Readers of ${dataset.source}/${dataset.dataset} see another run.\n`);
    for (const line of lines(moved.from, moved.to)) console.log(`  ${line}`);
    const { from } = moved;
    console.log(
      `\n${counted(from.records, 'record')} of run ${from.runId} are kept: --to ${from.runId} goes back to them.`,
    );
  });
}

function factsOf({ runId, records, files, watermark, publishedAt, location }: PublishedRun) {
  return { runId, records, files, watermark, publishedAt, location };
}

function lines(before: PublishedRun, after: PublishedRun): string[] {
  const row = (when: string, run: PublishedRun) => [
    when,
    run.runId,
    count(run.records),
    run.publishedAt,
    run.watermark,
  ];
  const columns = [
    { name: '' },
    { name: 'run' },
    { name: 'records', align: 'right' as const },
    { name: 'first published' },
    { name: 'complete up to' },
  ];
  return tableLines(columns, [row('before', before), row('now', after)]);
}

function runId(text: string): string {
  if (isRunId(text)) return text;
  throw new InvalidArgumentError("It must be a run's id such as 2026-01-31t03-00-00-000z.");
}
