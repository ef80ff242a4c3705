import { Command } from 'commander';
import { ConfigurationError } from '../core/errors';
import type { EnvironmentName } from '../lambda/environment';
import { environmentOption } from './environment/open-environment';
import { runDeployed } from './load/run-deployed';
import { runLocally } from './load/run-locally';
import { companionOf } from './sample-api';
import { findDataset, readSources } from './sources/find-dataset';
import { readLocalSources } from './sources/local-settings';
import { atLeast } from './whole-number';

export interface RunOptions {
  readonly pages?: number;
  readonly incremental?: boolean;
  readonly restart?: boolean;
  readonly json?: boolean;
  readonly env?: EnvironmentName;
  /** Undefined where nothing was said. */
  readonly watch?: boolean;
}

/** `baseload run`: one load of one dataset, here, through the template that would be deployed, or by what is deployed. */
export function runCommand(): Command {
  return new Command('run')
    .description('load a dataset and publish it when it is complete: on this machine, or with --env on AWS')
    .argument('<dataset>', 'its name, such as cities or geonames/cities')
    .option('--pages <n>', 'load the first n pages only, as a trial: verified, never published', atLeast(1))
    .option('--incremental', 'load only what changed since the published run, and merge it into its table')
    .option('--restart', 'give up the open run, if there is one, and start a new one')
    .addOption(environmentOption())
    .option('--watch', 'with --env: follow the run until it ends (the default)')
    .option('--no-watch', 'with --env: only start it')
    .option('--json', 'print the summary as JSON; with --env an object per change and line')
    .addHelpText(
      'after',
      '\nAn open run is continued where it stopped, and what failed for good is tried again. On this machine it starts a local AWS and runs the\ntemplate on it. A trial of a dataset that is cut into slices loads one page of each of the first n.\n\nExamples:\n  npx baseload run cities --pages 3\n  npx baseload run cities --env dev',
    )
    .action((name: string, options: RunOptions) => run(name, options));
}

/** Runs a dataset; here it starts the sample API when that is its source and it is not running. */
export async function run(name: string, options: RunOptions): Promise<void> {
  const { env = 'local', pages, incremental = false, watch } = options;
  if (incremental && pages !== undefined) {
    throw new ConfigurationError(
      '--incremental and --pages exclude each other: a trial is of the whole dataset',
    );
  }
  const { source, dataset } = findDataset(name, env === 'local' ? readLocalSources() : readSources());
  if (env !== 'local') {
    await runDeployed({ source, dataset, ...options, env });
    return;
  }
  if (watch === false) {
    throw new ConfigurationError('--no-watch is for --env: on this machine a load ends with its command');
  }
  await runLocally({ source, dataset, ...options, companion: companionOf(source) });
}
