import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Command } from 'commander';
import { type RunName, reportKey } from '../core/run/keys';
import type { EnvironmentName } from '../lambda/environment';
import { lakeFolder } from '../local/lake-folder';
import { environmentOption, inEnvironment, type OpenEnvironment } from './environment/open-environment';
import { Finding } from './fail';
import { findRun, runArguments } from './find-run';
import { dataFolder } from './project';
import { readSources } from './sources/find-dataset';

export interface OpenOptions {
  readonly print?: boolean;
  readonly env: EnvironmentName;
  readonly json?: boolean;
}

/** `baseload open`: the report of a run. */
export function openCommand(): Command {
  return new Command('open')
    .description('open the report of a run in a browser: what was loaded, what is missing, and why')
    .argument(...runArguments.which)
    .argument(...runArguments.runId)
    .option('--print', "print the report's path only")
    .addOption(environmentOption())
    .option('--json', 'print the run and the path of its report as JSON, and open nothing')
    .addHelpText(
      'after',
      '\nWithout a terminal or a desktop it prints the path. The report of a deployed run is copied to a temporary folder.\n\nExamples:\n  npx baseload open cities\n  npx baseload open cities 2026-01-31t03-00-00-000z --env prod',
    )
    .action((which: string, runId: string | undefined, options: OpenOptions) =>
      open([which, runId], options),
    );
}

/** Prints where a run's report is, and shows it where somebody is there to see it. */
export async function open(
  which: readonly [string, string | undefined],
  { print = false, env, json = false }: OpenOptions,
): Promise<void> {
  const sources = readSources();
  const { run, file } = await inEnvironment(env, 'read', async (environment) => {
    const found = await findRun(which, sources, environment.lake);
    return { run: found, file: await reportFile(found, environment) };
  });
  if (json) return console.log(JSON.stringify({ ...run, report: file }));
  console.log(relative(process.cwd(), file).startsWith('..') ? file : relative(process.cwd(), file));
  const opener = openerOf(process);
  if (print || !opener) return;
  const child = spawn(opener.command, [...opener.args, file], { stdio: 'ignore', detached: true });
  // Where there is no such program, the path that was printed has to do.
  const started = await Promise.race([
    once(child, 'spawn').then(() => true),
    once(child, 'error').then(() => false),
  ]);
  if (started) child.unref();
}

async function reportFile(run: RunName, { name, lake }: OpenEnvironment): Promise<string> {
  const key = reportKey(run);
  const missing = new Finding(
    `run ${run.runId} of ${run.source}/${run.dataset} has no report: it is written when a run ends; npx baseload status tells how far it is`,
  );
  if (name === 'local') {
    if (await lake.head(key)) return join(lakeFolder(dataFolder) ?? dataFolder, key);
    throw missing;
  }
  const folder = await mkdtemp(join(tmpdir(), 'baseload-report-'));
  const file = join(folder, `${run.source}-${run.dataset}-${run.runId}.html`);
  if (await lake.download(key, file)) return file;
  throw missing;
}

/** What shows a file on this desktop; undefined where there is none, or nobody looks. */
export function openerOf({
  platform,
  env,
  stdout,
}: Pick<NodeJS.Process, 'platform' | 'env'> & { readonly stdout: { readonly isTTY?: boolean } }):
  | { readonly command: string; readonly args: readonly string[] }
  | undefined {
  if (!stdout.isTTY || env.SSH_CONNECTION) return undefined;
  if (platform === 'darwin') return { command: 'open', args: [] };
  // The first argument in quotes would be the window's title.
  if (platform === 'win32') return { command: 'cmd', args: ['/c', 'start', ''] };
  return env.DISPLAY || env.WAYLAND_DISPLAY ? { command: 'xdg-open', args: [] } : undefined;
}
