import { Command, CommanderError, Option } from 'commander';
import { environmentNames } from '../lambda/environment';
import { sampleSettings } from '../local/sample/settings';
import { inEnvironment } from './environment/open-environment';
import { exitCodeOf, Finding, sentenceOf } from './fail';
import { counted, duration } from './format';
import { type DeployedRun, runDeployed } from './load/run-deployed';
import { checkRun } from './smoke/check-run';
import { glueTables } from './smoke/glue-tables';
import { findDataset, readSources } from './sources/find-dataset';
import { checkLines } from './verify';

type DeployedName = DeployedRun['env'];

/** `npm run smoke:aws`: does what is deployed load, verify and publish? Not a command of baseload: it is about one dataset, the sample. */
function smokeCommand(): Command {
  return new Command('npm run smoke:aws --')
    .description('load the sample through a deployed environment, and check what came of it')
    .addOption(
      new Option('--env <name>', 'the environment that is to load it')
        .choices(environmentNames.filter((name) => name !== 'local'))
        .makeOptionMandatory(),
    )
    .addHelpText(
      'after',
      '\nThe stack baseload-sample must be there, and the environment must load from it: docs/deploy.md says how. Exit codes: 0 every check passed,\n1 one failed or the run did, 2 there are no credentials, no stack or no secret.\n\nExample:\n  npm run smoke:aws -- --env dev',
    )
    .showHelpAfterError('(--help tells how)')
    .exitOverride()
    .action(({ env }: { env: DeployedName }) => smoke(env));
}

/** Loads geonames/cities through the environment, follows it and prints a line for each check; a Finding where one failed. */
export async function smoke(env: DeployedName): Promise<void> {
  const { source, dataset } = findDataset('geonames/cities', readSources());
  const startedAt = performance.now();
  const run = await runDeployed({ source, dataset, env });
  const expected = { records: sampleSettings.places };
  const checks = await inEnvironment(env, 'read', (environment) =>
    checkRun(run, expected, environment, glueTables()),
  );
  for (const line of checkLines(checks)) console.log(line);
  const failed = checks.filter(({ outcome }) => outcome === 'failed');
  const what = `run ${run.runId} of geonames/cities in ${env}`;
  if (failed.length > 0) throw new Finding(`${what}: ${counted(failed.length, 'check')} failed (✗ above).`);
  console.log(
    `\n${what} passed every check, ${duration((performance.now() - startedAt) / 1000)} after it was asked for.`,
  );
}

/** Runs the command line and sets the process's exit code; never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await smokeCommand().parseAsync(argv);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    if (!(error instanceof CommanderError)) console.error(sentenceOf(error)); // commander has spoken already
  }
}
