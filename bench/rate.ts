/**
 * How much of a permitted rate the lanes of a source use, and whether they ever exceed it, as the API sees it: for several limits,
 * latencies and numbers of lanes, and for a limit of which others suddenly use half. Prints JSON lines.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Limits } from '../core/source/source';
import { benchSource, runLane } from './support/lane';
import { print } from './support/print';
import { type Api, type Arrival, startApi } from './support/start-api';

/** Milliseconds from the last page of a range until its message is acknowledged. */
const writing = 150;
/** What a lane loads at a time, in seconds of its pace: shorter than a worker's ten, so that there are many hand-overs. */
const rangeSeconds = 4;

interface Combination {
  readonly limit: number;
  readonly latency: number;
  readonly lanes: number;
}

/** Combinations that run at the same time, and for how many seconds: low limits need long to count, and little of the machine. */
const batches: readonly { readonly seconds: number; readonly combinations: readonly Combination[] }[] = [
  { seconds: 48, combinations: [...combinationsOf(5), ...combinationsOf(20)] },
  ...[2, 4, 10].map((lanes) => ({
    seconds: 16,
    combinations: combinationsOf(100).filter((one) => one.lanes === lanes),
  })),
  ...combinationsOf(500).map((one) => ({ seconds: 12, combinations: [one] })),
];

void main();

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-rate-'));
  try {
    for (const { seconds, combinations } of batches) {
      await Promise.all(combinations.map((one) => measure(one, seconds, folder)));
    }
    await shareToken(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function combinationsOf(limit: number): Combination[] {
  const latencies = [20, 200, 1000];
  return latencies.flatMap((latency) => [2, 4, 10].map((lanes) => ({ limit, latency, lanes })));
}

async function measure(combination: Combination, seconds: number, folder: string): Promise<void> {
  const { limit, latency, lanes } = combination;
  const limits = limitsFor(combination);
  const api = await startApi({ latency, bodyBytes: 100, records: true });
  // Of less than four pages a range would be nothing but hand-over.
  const pagesPerRange = Math.max(4, Math.round((limit / lanes) * rangeSeconds));
  const ranges = Math.ceil((seconds * limit) / lanes / pagesPerRange) + 1;
  await runLanes(api, limits, folder, { pagesPerRange, goesOn: (index) => index < ranges });
  const arrivals = await api.arrivals();
  api.close();

  const name = `rate/${limit}-${latency}-${lanes}`;
  // A range takes at least this long while no more than so many requests may be under way.
  const shortest = Math.ceil(pagesPerRange / limits.inFlight) * latency + writing;
  const attainable = Math.min(1, (1000 * lanes * pagesPerRange) / shortest / limit);
  const { burst, inFlight } = limits;
  const context = { ...combination, burst, inFlight, attainable, pagesPerRange, ranges, writing };
  print(`${name}/used`, rateOf(arrivals, pagesPerRange) / limit, 'share', context);
  print(`${name}/exceeded-windows`, countExceeded(arrivals, limit + burst), 'windows', {
    ...context,
    requests: arrivals.length,
    busiestSecond: busiestSecond(arrivals),
  });
}

/**
 * A lane does nothing from its last request until its range is written. It makes up for that only where the source
 * tolerates the requests that are due then, of which lanes use four fifths.
 */
function limitsFor({ limit, latency, lanes }: Combination): Limits {
  const due = (limit * (latency + writing + 50)) / 1000;
  const burst = Math.max(lanes, Math.ceil(due / 0.8));
  const underWay = ((limit / lanes) * latency) / 1000 + (0.8 * burst) / lanes;
  return {
    requestsPerSecond: limit,
    burst,
    lanes,
    inFlight: Math.min(256, Math.max(32, Math.ceil(underWay))),
  };
}

async function runLanes(
  api: Api,
  limits: Limits,
  folder: string,
  ranges: { readonly pagesPerRange: number; readonly goesOn: (index: number) => boolean },
): Promise<void> {
  const source = benchSource(api.url, limits);
  const lanes = Array.from({ length: limits.lanes }, (_, lane) => {
    const file = join(folder, `${new URL(api.url).port}-${lane}`);
    return runLane({ source, lane, file, writing, ...ranges });
  });
  await Promise.all(lanes);
}

/** Requests per second in whole cycles, from the first page of each lane's second range to that of its last. */
function rateOf(arrivals: readonly Arrival[], pagesPerRange: number): number {
  return rangeBegins(arrivals, pagesPerRange).reduce((sum, [, ...begins]) => {
    const milliseconds = (begins.at(-1) ?? 0) - (begins[0] ?? 0);
    return sum + (1000 * (begins.length - 1) * pagesPerRange) / milliseconds;
  }, 0);
}

/** When the first page of each range arrived, by lane. */
function rangeBegins(arrivals: readonly Arrival[], pagesPerRange: number): readonly (readonly number[])[] {
  const lanes: number[][] = [];
  for (const { lane, page, at } of arrivals) {
    const begins = lanes[lane] ?? [];
    lanes[lane] = begins;
    begins[Math.floor(page / pagesPerRange)] ??= at;
  }
  return lanes;
}

/** Windows of one second, one ending with each arrival, that hold more than `most`. */
function countExceeded(arrivals: readonly Arrival[], most: number): number {
  return windowSizes(arrivals).filter((size) => size > most).length;
}

function busiestSecond(arrivals: readonly Arrival[]): number {
  return Math.max(...windowSizes(arrivals));
}

function windowSizes(arrivals: readonly Arrival[]): number[] {
  let from = 0;
  return arrivals.map(({ at }, to) => {
    while (at - (arrivals[from]?.at ?? at) >= 1000) from += 1;
    return to - from + 1;
  });
}

/** Others begin to use half of what a token may: the source refuses what is too much, without saying for how long. */
async function shareToken(folder: string): Promise<void> {
  const seconds = 40;
  const limits = { requestsPerSecond: 200, burst: 20, lanes: 4, inFlight: 32 };
  const left = { perSecond: 100, burst: 20 };
  const api = await startApi({
    latency: 20,
    bodyBytes: 100,
    records: true,
    budget: { perSecond: limits.requestsPerSecond, burst: limits.burst },
  });
  const end = performance.now() + 2 * seconds * 1000;
  const goesOn = () => performance.now() < end;
  const lanes = runLanes(api, limits, folder, { pagesPerRange: 50 * rangeSeconds, goesOn });
  await delay(seconds * 1000);
  const halvedAt = await api.allow(left);
  await delay(seconds * 1000);
  const arrivals = await api.arrivals();
  await lanes;
  api.close();

  const since = arrivals.filter(({ at }) => at >= halvedAt);
  const used = since.filter(({ accepted }) => accepted).length / (seconds * left.perSecond);
  const context = { ...limits, latency: 20, left, seconds: 2 * seconds, requests: arrivals.length };
  print('rate/shared-token/used', used, 'share', context);
  print('rate/shared-token/throttled-per-10k', throttledPer10k(arrivals), 'requests', {
    ...context,
    sinceHalved: throttledPer10k(since),
  });
}

function throttledPer10k(arrivals: readonly Arrival[]): number {
  return (10_000 * arrivals.filter(({ accepted }) => !accepted).length) / arrivals.length;
}
