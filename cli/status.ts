import { Command } from 'commander';
import type { DatasetStatus } from '../core/run/status/dataset-status';
import type { EnvironmentName } from '../lambda/environment';
import { environmentOption, inEnvironment } from './environment/open-environment';
import { stopSignal } from './load/stop-signal';
import { readSources } from './sources/find-dataset';
import { chooseDatasets, isAlive, readStatuses } from './status/read-status';
import { statusLines } from './status/status-lines';
import { watchStatus } from './status/watch-status';

export interface StatusOptions {
  readonly env: EnvironmentName;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** `baseload status`: how far is it, what is wrong, and what to do. */
export function statusCommand(): Command {
  return new Command('status')
    .description('how far each dataset is, what is wrong, and what to do about it')
    .argument(
      '[dataset]',
      'its name, such as cities or geonames/cities; or a source: all of its datasets',
      undefined,
    )
    .option('--watch', 'keep showing it until no run can go on by itself')
    .addOption(environmentOption())
    .option('--json', 'print JSON; with --watch an object per change and line')
    .addHelpText(
      'after',
      '\nOnly reads, so it can be asked at any time, also while another process or AWS is loading. Ends with 1 where a run is blocked,\nstopped, refused or was not finished, or where a document of the lake cannot be read.\n\nExamples:\n  npx baseload status\n  npx baseload status cities --watch\n  npx baseload status geonames\n  npx baseload status --env prod --json',
    )
    .action((name: string | undefined, options: StatusOptions) => status(name, options));
}

/** Prints where datasets stand; exit code 1 where something is wrong with one. */
export async function status(name: string | undefined, { env, watch = false, json = false }: StatusOptions) {
  const sources = readSources();
  const { statuses, alive } = await inEnvironment(env, 'read', async (environment) => {
    const names = await chooseDatasets(name, sources, environment);
    if (watch) {
      const stop = stopSignal();
      const watched = await watchStatus(environment, names, { json, signal: stop.signal }).finally(() =>
        stop.dispose(),
      );
      return { statuses: watched, alive: await isAlive(environment) };
    }
    const found = await readStatuses(environment, names);
    const alive = await isAlive(environment);
    const context = { environment: env, now: new Date(), alive };
    if (json) console.log(JSON.stringify(found, null, 2));
    else console.log(found.map((one) => statusLines(one, context).join('\n')).join('\n\n'));
    return { statuses: found, alive };
  });
  if (statuses.some((one) => isWrong(one, alive))) process.exitCode = 1;
}

/** Whether somebody must do something: also where a run is open, and nothing is there that could do its next step. */
export function isWrong({ open, failed, unreadable }: DatasetStatus, alive: boolean): boolean {
  if (unreadable) return true;
  return open ? open.state === 'blocked' || !alive : failed !== undefined;
}
