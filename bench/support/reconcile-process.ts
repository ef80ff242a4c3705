/** Calls the reconcile function's own handler, as Lambda does, until no run is open. Reads the function's environment variables. */

import { handler } from '../../lambda/reconcile';
import { peakMegabytes } from './scale-source';

/** Nothing is left to load, so more than a few calls mean that it goes round in circles. */
const mostCalls = 10;

void main();

async function main(): Promise<void> {
  const began = performance.now();
  const states: string[] = [];
  let problems: readonly string[] = [];
  for (let calls = 0; calls < mostCalls; calls++) {
    const reports = await handler();
    if (reports.length === 0) break;
    for (const report of reports) {
      states.push(report.state);
      if (report.state === 'refused') problems = report.problems;
    }
  }
  const seconds = (performance.now() - began) / 1000;
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
