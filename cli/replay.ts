import { Command, InvalidArgumentError } from 'commander';
import { ConfigurationError } from '../core/errors';
import { isRunId } from '../core/run/plan/run-id';
import type { EnvironmentName } from '../lambda/environment';
import { environmentOption } from './environment/open-environment';
import { runDeployed } from './load/run-deployed';
import { runLocally } from './load/run-locally';
import { findDataset, readSources } from './sources/find-dataset';
import { readLocalSources } from './sources/local-settings';

export interface ReplayOptions {
  /** The run to replay. */
  readonly run: string;
  readonly restart?: boolean;
  readonly json?: boolean;
  readonly env?: EnvironmentName;
  readonly watch?: boolean;
}

/** `baseload replay`: the pages of an earlier run, shaped anew with the definition of today. */
export function replayCommand(): Command {
  return new Command('replay')
    .description(
      'shape the raw pages of an earlier run again, with the definition of today and without asking the source',
    )
    .argument('<dataset>', 'its name, such as cities or geonames/cities')
    .requiredOption('--run <id>', 'the run to replay, such as 2026-01-31t03-00-00-000z', runId)
    .option('--restart', 'give up the open run, if there is one, and start a new one')
    .addOption(environmentOption())
    .option('--watch', 'with --env: follow the run until it ends (the default)')
    .option('--no-watch', 'with --env: only start it')
    .option('--json', 'print the summary as JSON; with --env an object per change and line')
    .addHelpText(
      'after',
      '\nThe replay is a run of its own: verified, and published when it is complete. A refused run can be replayed, and so can\na replay; the replay of a trial is a trial. Runs that were loaded with keepRaw false cannot.\n\nExample:\n  npx baseload replay cities --run 2026-01-31t03-00-00-000z',
    )
    .action((name: string, options: ReplayOptions) => replay(name, options));
}

/** Replays a run of a dataset. Its source need not be there. */
export async function replay(name: string, options: ReplayOptions): Promise<void> {
  const { run: replayOf, restart = false, json = false, env = 'local', watch } = options;
  const { source, dataset } = findDataset(name, env === 'local' ? readLocalSources() : readSources());
  if (env !== 'local') {
    await runDeployed({ source, dataset, replayOf, restart, json, env, watch });
    return;
  }
  if (watch === false) {
    throw new ConfigurationError('--no-watch is for --env: on this machine a replay ends with its command');
  }
  await runLocally({ source, dataset, replayOf, restart, json });
}

function runId(text: string): string {
  if (isRunId(text)) return text;
  throw new InvalidArgumentError("It must be a run's id such as 2026-01-31t03-00-00-000z.");
}
