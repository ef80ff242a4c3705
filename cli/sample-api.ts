import { once } from 'node:events';
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import type { Source } from '../core/source/source';
import { type SampleApiOptions, startSampleApi } from '../local/sample/sample-api';
import type { SampleIntroduction } from '../local/sample/sample-routes';
import { sampleSettings } from '../local/sample/settings';
import { atLeast } from './whole-number';

export interface SampleOptions {
  readonly port: number;
  readonly rate: number;
  readonly burst: number;
  readonly latency: number;
}

/** `baseload sample-api`: the sample source alone, for trying things against it. */
export function sampleApiCommand(): Command {
  return withSampleOptions(new Command('sample-api'))
    .description(
      'serve the sample API: 138,398 real places, a bearer token, a rate limit (© GeoNames, CC BY 4.0)',
    )
    .addHelpText(
      'after',
      '\nWhat it was asked is at /stats. While it runs, npm start uses it.\n\nExample:\n  npx baseload sample-api --rate 20 --latency 200',
    )
    .action(serve);
}

/** Adds the options that shape the sample API. */
export function withSampleOptions(command: Command): Command {
  const { port, requestsPerSecond, burst, latencyMilliseconds } = sampleSettings;
  return command
    .option('--port <n>', 'where it listens', atLeast(1), port)
    .option('--rate <n>', 'requests per second it allows', atLeast(1), requestsPerSecond)
    .option('--burst <n>', 'requests it tolerates at once after a pause', atLeast(0), burst)
    .option('--latency <ms>', 'milliseconds it takes to answer', atLeast(0), latencyMilliseconds);
}

async function serve(options: SampleOptions): Promise<void> {
  const api = await startSampleApi(toApiOptions(options));
  console.log(
    `Sample API at ${api.baseUrl} with the token '${sampleSettings.token}'; what it was asked is at ${api.url}/stats.`,
  );
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await api.close();
}

export function toApiOptions({ port, rate, burst, latency }: SampleOptions): SampleApiOptions {
  return { port, requestsPerSecond: rate, burst, latencyMilliseconds: latency };
}

/** The sample API that answers at an origin already; undefined when nothing or something else does. */
export async function findSampleApi(origin: string): Promise<SampleIntroduction | undefined> {
  try {
    const introduction: SampleIntroduction = JSON.parse(await getText(new URL('/', origin)));
    return introduction.name === sampleSettings.name ? introduction : undefined;
  } catch {
    return undefined; // whatever is there, it is not ours
  }
}

/** By node:http: a fetch of an address that cuts every connection was seen never to settle. */
function getText(url: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: 2000 }, (response) => {
      text(response).then(resolve, reject);
    });
    request.on('error', reject);
    request.on('timeout', () => request.destroy(new Error('no answer')));
  });
}

/** What a load needs beside it while it goes on. */
export interface Companion {
  /** For people; undefined when there is nothing to say. */
  readonly note?: string | undefined;
  close(): Promise<void>;
}

/** Starts what a source needs beside it: the sample API, where that is the source; undefined for any other. */
export function companionOf({ baseUrl }: Pick<Source, 'baseUrl'>): (() => Promise<Companion>) | undefined {
  const { host, port, requestsPerSecond: rate, burst, latencyMilliseconds: latency } = sampleSettings;
  if (new URL(baseUrl).origin !== `http://${host}:${port}`) return undefined;
  return () => sampleCompanion({ port, rate, burst, latency });
}

/** Starts the sample API, unless one answers there already: then that one is used, and left running. */
export async function sampleCompanion(options: SampleOptions): Promise<Companion> {
  const origin = `http://${sampleSettings.host}:${options.port}`;
  const running = await findSampleApi(origin);
  if (running) {
    return { note: `${origin}/v1, which was running already: ${describe(running)}`, close: async () => {} };
  }
  const api = await startSampleApi(toApiOptions(options));
  const { places } = sampleSettings;
  return {
    note: `${api.baseUrl}: ${describe({ places, requestsPerSecond: options.rate })}`,
    close: () => api.close(),
  };
}

function describe({
  places,
  requestsPerSecond,
}: Pick<SampleIntroduction, 'places' | 'requestsPerSecond'>): string {
  return `${places.toLocaleString('en')} places, ${requestsPerSecond} requests/s`;
}
