import { costOf } from '../../forecast/cost';
import { objectsBeside } from '../../forecast/loaded-objects';
import { UsageSum } from '../../forecast/usage-sum';
import type { Plan } from '../../plan/plan';
import { readCurated } from '../../run/curate/curated';
import type { Lake } from '../../run/ports';
import type { ManifestObject } from '../../run/verify/manifest';
import { readVerification } from '../../run/verify/verification';
import { deadReasons } from './dead-reasons';
import { objectsRead, quarantineExamples } from './quarantine-examples';
import { RangeBins } from './range-bins';
import type { ReportFacts, RunSums } from './report-facts';
import type { RunOutcome } from './run-outcome';
import { SlowestRanges } from './slowest-ranges';
import { TimeBins } from './time-bins';
import { mostLooked, unverifiedObjects } from './unverified-objects';
import { verifiedObjects } from './verified-objects';

/** What is read of the lake for a report. */
export type ReportLake = Pick<Lake, 'get' | 'list' | 'head' | 'download'>;

/** Bins of a chart; on a phone, two or more become one. */
const mostTimeBins = 160;
const mostRangeBins = 120;
const slowestShown = 10;

/** Reads a finished run's documents in one pass over its objects. Memory does not depend on their number. */
export async function gatherFacts(outcome: RunOutcome, lake: ReportLake, now: Date): Promise<ReportFacts> {
  const { plan } = outcome;
  const manifest = outcome.state === 'failed' ? undefined : outcome.manifest;
  const objects = manifest ? verifiedObjects(manifest, lake) : unverifiedObjects(plan, lake);
  const sums = new Gathered(plan);
  for await (const { object, isReplaced } of objects) sums.add(object, isReplaced);
  const { totals, fetched, slowest, quarantine, usage } = sums;
  if (manifest) for await (const object of objectsBeside(manifest, lake)) usage.add(object, true);
  return {
    outcome,
    verification: await readVerification(lake, plan),
    sums: totals,
    ...(fetched.from <= fetched.to && { fetched }),
    time: sums.time.bins(mostTimeBins),
    ranges: sums.ranges.bins(mostRangeBins),
    slowest: slowest.all,
    examples: await quarantineExamples(quarantine, lake),
    dead: await deadReasons(plan, lake),
    ...(await mergedTable(outcome, lake)),
    ...(manifest && { cost: costOf(usage.usage(manifest, { lanes: plan.lanes })) }),
    ...(manifest === undefined && totals.ranges === mostLooked && { looked: mostLooked }),
    writtenAt: now,
  };
}

/** What an increment was merged into; nothing of other runs, whose table is what they loaded. */
async function mergedTable(
  { plan, state }: RunOutcome,
  lake: Pick<Lake, 'get'>,
): Promise<Pick<ReportFacts, 'table'>> {
  if (plan.increment === undefined || state !== 'published') return {};
  const curated = await readCurated(lake, plan);
  return curated ? { table: { records: curated.records, files: curated.files.length } } : {};
}

/** What one pass over a run's objects gathers. */
class Gathered {
  readonly totals: RunSums = {
    ranges: 0,
    empty: 0,
    pages: 0,
    requests: 0,
    throttled: 0,
    retries: 0,
    received: 0,
    staged: 0,
    quarantined: 0,
    filtered: 0,
    bytesReceived: 0,
    bytesStaged: 0,
    fewest: 0,
    most: 0,
  };
  readonly fetched = { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
  readonly time = new TimeBins();
  readonly ranges = new RangeBins();
  readonly slowest = new SlowestRanges(slowestShown);
  readonly quarantine: string[] = [];
  readonly usage = new UsageSum();
  /** Milliseconds of one request of a lane at the limit. */
  readonly #pace: number;

  constructor({ requestsPerSecond, lanes }: Plan) {
    this.#pace = requestsPerSecond && lanes ? (1000 * lanes) / requestsPerSecond : 0;
  }

  /** What a later look replaced was asked of the source all the same, and is no part of the table. */
  add(object: ManifestObject, isReplaced: boolean): void {
    const { receipt } = object;
    this.usage.add(object, isReplaced);
    this.#fetched(object);
    if (isReplaced) return;
    this.#count(object);
    this.ranges.add(receipt);
    const { quarantine } = receipt;
    if (quarantine !== undefined && this.quarantine.length < objectsRead) this.quarantine.push(quarantine);
  }

  #fetched(object: ManifestObject): void {
    const { receipt } = object;
    const { requests, throttled = 0, retries = 0, latency, fetchMilliseconds } = receipt;
    this.totals.requests += requests;
    this.totals.throttled += throttled;
    this.totals.retries += retries;
    if (requests === 0) return; // a replay asks nobody
    this.slowest.add(object);
    const from = Date.parse(receipt.fetchedAt);
    this.fetched.from = Math.min(this.fetched.from, from);
    this.fetched.to = Math.max(this.fetched.to, from + fetchMilliseconds);
    // A lane keeps its pace from one range to the next, so that a range's last request has its share of time though its answer is quick.
    const milliseconds = Math.max(fetchMilliseconds, requests * this.#pace);
    this.time.add({ from, milliseconds, requests, throttled, retries, latency });
  }

  #count({ receipt, bytes }: ManifestObject): void {
    const { totals } = this;
    const { received } = receipt;
    totals.fewest = totals.ranges === 0 ? received : Math.min(totals.fewest, received);
    totals.most = Math.max(totals.most, received);
    totals.ranges++;
    if (received === 0) totals.empty++;
    totals.pages += receipt.pages;
    totals.received += received;
    totals.staged += receipt.staged;
    totals.quarantined += receipt.quarantined;
    totals.filtered += receipt.filtered;
    totals.bytesReceived += receipt.bytesReceived;
    totals.bytesStaged += bytes;
  }
}
