import { Command } from 'commander';
import { findDataset, readSources } from './find-dataset';
import { runLocally } from './run-locally';
import { companionOf } from './sample-api';
import { atLeast } from './whole-number';

export interface RunOptions {
  readonly pages?: number;
  readonly restart?: boolean;
  readonly json?: boolean;
}

/** `baseload run`: one load of one dataset, here, through the template that would be deployed. */
export function runCommand(): Command {
  return new Command('run')
    .description(
      'load a dataset on this machine: starts a local AWS, runs the template on it, and publishes when complete',
    )
    .argument('<dataset>', 'its name, such as cities or geonames/cities')
    .option('--pages <n>', 'load the first n pages only, as a trial: verified, never published', atLeast(1))
    .option('--restart', 'give up the open run, if there is one, and start a new one')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      '\nAn open run is continued where it stopped. A trial of a dataset that is cut into slices loads one page of each of the first n.\n\nExample:\n  npx baseload run cities --pages 3',
    )
    .action((name: string, options: RunOptions) => run(name, options));
}

/** Runs a dataset; starts the sample API when that is its source and it is not running. */
export async function run(name: string, options: RunOptions): Promise<void> {
  const { source, dataset } = findDataset(name, readSources());
  await runLocally({ source, dataset, ...options, companion: companionOf(source) });
}
