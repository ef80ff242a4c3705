import { Command } from 'commander';
import { startSampleApi } from '../local/sample/sample-api';
import { findDataset, readSources } from './find-dataset';
import type { RunOptions } from './run';
import { runLocally } from './run-locally';
import { announce, type SampleOptions, toApiOptions, withSampleOptions } from './sample-api';

/** `baseload start`, which is `npm start`: the sample source and a whole load of it. */
export function startCommand(): Command {
  return withSampleOptions(new Command('start'))
    .description('load the sample dataset end to end: sample API, local AWS, synthesized template, verified publish')
    .option('--restart', 'give up the open run, if there is one, and start a new one')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', '\nThe load respects the rate that the sample API is given.\n\nExample:\n  npm start -- --rate 20 --latency 200')
    .action((options: SampleOptions & RunOptions) => start(options));
}

/** Starts the sample API and loads geonames/cities from it. */
export async function start(options: SampleOptions & RunOptions): Promise<void> {
  const { source, dataset } = findDataset('geonames/cities', readSources());
  const api = await startSampleApi(toApiOptions(options));
  announce(api, options.rate);
  const context = {
    'geonames:baseUrl': api.baseUrl,
    'geonames:requestsPerSecond': String(options.rate),
    'geonames:burst': String(options.burst),
  };
  const { restart = false, json = false } = options;
  try {
    await runLocally({ source, dataset, context, restart, json });
  } finally {
    await api.close();
  }
}
