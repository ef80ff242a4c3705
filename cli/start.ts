import { join } from 'node:path';
import { Command } from 'commander';
import { sampleSettings } from '../local/sample/settings';
import { runLocally } from './load/run-locally';
import { projectRoot } from './project';
import type { RunOptions } from './run';
import { findSampleApi, type SampleOptions, sampleCompanion, withSampleOptions } from './sample-api';
import { findDataset } from './sources/find-dataset';
import { readLocalSources } from './sources/local-settings';

/** `baseload start`, which is `npm start`: the sample source and a whole load of it. */
export function startCommand(): Command {
  return withSampleOptions(new Command('start'))
    .description(
      'load the sample dataset end to end: sample API, local AWS, synthesized template, verified publish',
    )
    .option('--restart', 'give up the open run, if there is one, and start a new one')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      '\nThe load keeps to the rate that the sample API is given.\n\nExample:\n  npm start -- --rate 20 --latency 200',
    )
    .action(start);
}

/** The folder of the sample's source file, wherever the user's own are. */
const sampleSources = join(projectRoot, 'sources');

/** Starts the sample API and loads geonames/cities from it. */
export async function start(options: SampleOptions & RunOptions): Promise<void> {
  const origin = `http://${sampleSettings.host}:${options.port}`;
  // One that is running already keeps its own rate, so the load keeps to that.
  const running = await findSampleApi(origin);
  const context = {
    sources: sampleSources,
    'local:geonames:baseUrl': `${origin}/v1`,
    'local:geonames:requestsPerSecond': String(running?.requestsPerSecond ?? options.rate),
    'local:geonames:burst': String(running?.burst ?? options.burst),
  };
  const { source, dataset } = findDataset('geonames/cities', readLocalSources(sampleSources, context));
  const { restart = false, json = false } = options;
  await runLocally({ source, dataset, context, restart, json, companion: () => sampleCompanion(options) });
}
