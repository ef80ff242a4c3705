/**
 * How much of a permitted rate a whole load uses, and whether it ever exceeds it: the sample API counts what arrives at it from
 * `baseload start` in a process of its own. Prints one JSON line per figure.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSampleApi } from '../local/sample/sample-api';

/** Left out at the beginning (cold starts) and at the end (lanes that have run out of work), in milliseconds. */
const unsteady = { begin: 1000, end: 1500 };

async function measure(limit: number, burst: number, latency: number): Promise<void> {
  const api = await startSampleApi({
    port: 0,
    requestsPerSecond: limit,
    burst,
    latencyMilliseconds: latency,
  });
  const data = mkdtempSync(join(tmpdir(), 'baseload-bench-'));
  try {
    const args = [join(__dirname, '..', 'bin', 'baseload.js'), 'start', '--port', new URL(api.url).port];
    const load = spawn(process.execPath, args, {
      env: { ...process.env, BASELOAD_DATA: data },
      stdio: 'ignore',
    });
    const [code] = await once(load, 'close');
    if (code !== 0) throw new Error(`baseload start ended with ${code}`);
    report(limit, burst, latency, api.stats());
  } finally {
    await api.close();
    rmSync(data, { recursive: true, force: true });
  }
}

function report(
  limit: number,
  burst: number,
  latency: number,
  stats: {
    readonly acceptedAt: readonly number[];
    readonly busiestSecond: number;
    readonly throttled: number;
  },
): void {
  const [, ...pages] = stats.acceptedAt; // the first is fan-out's
  const from = (pages[0] ?? 0) + unsteady.begin;
  const to = (pages.at(-1) ?? 0) - unsteady.end;
  const steady = pages.filter((at) => at >= from && at <= to);
  const used = (steady.length / (to - from)) * (1000 / limit);
  const context = {
    limit,
    burst,
    latency,
    lanes: 4,
    throttled: stats.throttled,
    busiestSecond: stats.busiestSecond,
  };
  console.log(
    JSON.stringify({ name: `rate/${limit}-${latency}-4/used`, value: used, unit: 'share', context }),
  );
}

async function main(): Promise<void> {
  await measure(20, 10, 20);
  await measure(50, 10, 20);
}

void main();
