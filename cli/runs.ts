import { Command } from 'commander';
import { PermanentError } from '../core/errors';
import { type RunRecord, runHistory } from '../core/run/status/run-record';
import type { EnvironmentName } from '../lambda/environment';
import { environmentOption, inEnvironment } from './environment/open-environment';
import { count, duration } from './format';
import { readSources } from './sources/find-dataset';
import { chooseDatasets } from './status/read-status';
import { tableLines } from './table';
import { atLeast } from './whole-number';

export interface RunsOptions {
  readonly limit: number;
  readonly env: EnvironmentName;
  readonly json?: boolean;
}

/** `baseload runs`: what has been loaded, when, and what became of it. */
export function runsCommand(): Command {
  return new Command('runs')
    .description('the history of a dataset, or of all: what each run loaded, and what became of it')
    .argument('[dataset]', 'its name, such as cities or geonames/cities')
    .option('--limit <n>', 'runs of each dataset, the newest ones', atLeast(1), 10)
    .addOption(environmentOption())
    .option('--json', 'print JSON, with every problem and warning')
    .addHelpText(
      'after',
      '\nStates: published (readers see it), kept (baseload rollback can go back to it), past (verified, and neither), verified (a trial), refused,\nopen, unfinished (given up before everything was there).\n\nExample:\n  npx baseload runs cities --limit 3',
    )
    .action((name: string | undefined, options: RunsOptions) => runs(name, options));
}

/** Prints the runs of a dataset, or of all, the newest first; one that cannot be read does not hide the others, and the exit code is then 1. */
export async function runs(name: string | undefined, { limit, env, json = false }: RunsOptions) {
  const sources = readSources();
  const found = await inEnvironment(env, 'read', async (environment) => {
    const history: (RunRecord & { readonly source: string; readonly dataset: string })[] = [];
    const datasets = await chooseDatasets(name, sources, environment);
    for (const dataset of datasets) {
      try {
        for await (const record of runHistory(dataset, environment.lake, limit))
          history.push({ ...dataset, ...record });
      } catch (error) {
        if (datasets.length === 1 || !(error instanceof PermanentError)) throw error;
        console.error(`${dataset.source}/${dataset.dataset}: ${error.message}`);
        process.exitCode = 1;
      }
    }
    return history.sort((a, b) => (a.runId < b.runId ? 1 : -1));
  });
  if (json) return console.log(JSON.stringify(found, null, 2));
  if (found.length === 0)
    return console.log(`No runs yet: npx baseload run ${name ?? '<dataset>'} makes one.`);
  const columns = [
    ...[{ name: 'run' }, { name: 'dataset' }, { name: 'what' }, { name: 'state' }, { name: 'verdict' }],
    ...(['records', 'pages', 'took'] as const).map((column) => ({ name: column, align: 'right' as const })),
    { name: 'problems' },
  ];
  const rows = found.map((run) => [run.runId, `${run.source}/${run.dataset}`, ...cells(run)]);
  for (const line of tableLines(columns, rows)) console.log(line);
}

function cells({ kind, state, verdict, records, pages, seconds, problems, warnings }: RunRecord): string[] {
  const [first, ...others] = problems.length > 0 ? problems : warnings;
  return [
    kind.type === 'full' ? 'everything' : kind.type,
    state,
    verdict ?? '',
    records === undefined ? '' : count(records),
    pages === undefined ? '' : count(pages),
    seconds === undefined ? '' : duration(seconds),
    first === undefined ? '' : `${others.length > 0 ? `(${others.length + 1}) ` : ''}${first}`,
  ];
}
