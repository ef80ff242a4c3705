/** Calls the reconcile function's own handler, as Lambda does, until no run is open. Reads the function's environment variables. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import { databaseName, eventBusName, variable } from '../../lambda/environment';
import { startLocalAws } from '../../local/aws/local-aws';
import { peakMegabytes } from './scale-source';

/** Nothing is left to load, so more than a few calls mean that it goes round in circles. */
const mostCalls = 10;

void main();

/** Nothing is measured against a deadline. */
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 900_000 } as Context;

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-reconcile-'));
  const aws = await startLocalAws({ directory, secret: () => undefined });
  aws.addPrincipal(process.env.AWS_ACCESS_KEY_ID ?? '', { name: 'bench', statements: 'all' });
  aws.createEventBus(eventBusName('local'));
  aws.createDatabase(databaseName('local'));
  process.env[variable.eventBus] = eventBusName('local');
  process.env[variable.catalogDatabase] = databaseName('local');
  process.env.AWS_ENDPOINT_URL_EVENTBRIDGE = aws.url;
  process.env.AWS_ENDPOINT_URL_GLUE = aws.url;
  Object.assign(globalThis, { BASELOAD_EXPECTED: [] });
  // Reads the variables as it is loaded.
  const { handler }: typeof import('../../lambda/reconcile') = require('../../lambda/reconcile');
  const began = performance.now();
  const states: string[] = [];
  let problems: readonly string[] = [];
  for (let calls = 0; calls < mostCalls; calls++) {
    const reports = await handler({}, context);
    if (reports.length === 0) break;
    for (const report of reports) {
      if (report.state === 'stuck') throw new Error(report.reason);
      states.push(report.state);
      if (report.state === 'refused') problems = report.problems;
    }
  }
  const seconds = (performance.now() - began) / 1000;
  await aws.close();
  rmSync(directory, { recursive: true });
  process.send?.({
    type: 'done',
    states,
    problems,
    seconds,
    peakMegabytes: peakMegabytes(),
    cpu: process.cpuUsage(),
  });
  process.disconnect();
}
