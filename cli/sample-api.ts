import { once } from 'node:events';
import { Command } from 'commander';
import { type SampleApi, type SampleApiOptions, startSampleApi } from '../local/sample/sample-api';
import { sampleSettings } from '../local/sample/settings';
import { count } from './format';
import { wholeNumber } from './run';

/** `baseload sample-api`: the sample source alone, for trying things against it. */
export function sampleApiCommand(): Command {
  return withSampleOptions(new Command('sample-api'))
    .description('serve the sample API: 138,398 real places, a bearer token, and a rate limit (© GeoNames, CC BY 4.0)')
    .addHelpText('after', '\nExample:\n  npx baseload sample-api --rate 20 --latency 200\n  curl http://127.0.0.1:4010/stats')
    .action(async (options: SampleOptions) => {
      const api = await startSampleApi(toApiOptions(options));
      console.log(`Sample API at ${api.baseUrl}, token '${sampleSettings.token}'; what it was asked: ${api.url}/stats. Ctrl-C ends it.`);
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
      await api.close();
    });
}

export interface SampleOptions {
  readonly port: number;
  readonly rate: number;
  readonly burst: number;
  readonly latency: number;
}

/** Adds the options that shape the sample API. */
export function withSampleOptions(command: Command): Command {
  return command
    .option('--port <n>', 'where it listens', wholeNumber, sampleSettings.port)
    .option('--rate <n>', 'requests per second it allows', wholeNumber, sampleSettings.requestsPerSecond)
    .option('--burst <n>', 'requests it tolerates on top at once', wholeNumber, sampleSettings.burst)
    .option('--latency <ms>', 'milliseconds it takes to answer', wholeNumber, sampleSettings.latencyMilliseconds);
}

export function toApiOptions({ port, rate, burst, latency }: SampleOptions): SampleApiOptions {
  return { port, requestsPerSecond: rate, burst, latencyMilliseconds: latency };
}

/** Does something while the sample API is up, when it is what `baseUrl` names; uses one that is running already. */
export async function withSampleApi<T>(baseUrl: string, work: () => Promise<T>): Promise<T> {
  const isSample = new URL(baseUrl).origin === `http://127.0.0.1:${sampleSettings.port}`;
  const api = isSample && !(await isSampleApi(baseUrl)) ? await startSampleApi({}) : undefined;
  if (api) announce(api, sampleSettings.requestsPerSecond);
  try {
    return await work();
  } finally {
    await api?.close();
  }
}

export function announce(api: SampleApi, rate: number): void {
  console.error(`  sample API   ${api.baseUrl}, ${count(sampleSettings.places)} places, ${rate} requests/s`);
}

/** Whether the sample API answers at this address already. */
async function isSampleApi(baseUrl: string): Promise<boolean> {
  try {
    const answer = await fetch(new URL('/', baseUrl), { signal: AbortSignal.timeout(2000) });
    const { name } = (await answer.json()) as { name?: string };
    return name === sampleSettings.name;
  } catch {
    return false;
  }
}
