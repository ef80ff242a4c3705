import { count, counted } from '../counted';
import type { Increment } from '../plan/plan';
import { isCountable } from '../source/pagination';
import type { Dataset } from '../source/source';
import { recordsWhereUnknown } from './extent';
import type { Forecast } from './forecast';
import type { Probe } from './probe';

/** A run of which nothing more comes for so many hours is given up (reconcile.ts). */
const oldestHours = 24;

/** What a forecast rests on. */
export interface ForecastFacts {
  readonly probe: Pick<Probe, 'slices' | 'seen'>;
  readonly dataset: Dataset;
  readonly increment: Increment | undefined;
}

/** What a forecast cannot know, and what would make the run faster; one sentence each, for people. */
export function forecastNotes(told: Omit<Forecast, 'notes'>, facts: ForecastFacts): string[] {
  const { probe, dataset } = facts;
  return [...extentNotes(told, probe, dataset), ...paceNotes(told, dataset), ...runNotes(told, facts)];
}

function* extentNotes(
  { known, atLeast }: Pick<Forecast, 'known' | 'atLeast'>,
  { slices, seen }: Pick<Probe, 'slices' | 'seen'>,
  { slices: declared }: Pick<Dataset, 'slices'>,
): Generator<string> {
  const of = declared.length === 0 ? '' : `, of ${counted(slices.length, 'slice')}`;
  if (known === 'unknown') {
    yield `the source says nowhere how much it holds${of}, so nobody knows how many requests a run takes, but that it is ${count(atLeast?.requests ?? 1)} at least: the numbers are for each ${count(recordsWhereUnknown)} records`;
  }
  if (known === 'slices') {
    yield `reckoned from ${count(seen.length)} of ${counted(slices.length, 'slice')}, low and high as if all others were like the smallest and the largest of them: look at more with --pages`;
  }
}

function* paceNotes(
  { pace }: Pick<Forecast, 'pace'>,
  { pagination }: Pick<Dataset, 'pagination'>,
): Generator<string> {
  const { used, heldBy, lanes, lanesNeeded, latency, requestsPerSecond } = pace;
  const share = `${Math.round(used * 100)} % of the ${requestsPerSecond.toLocaleString('en')} requests/s`;
  if (heldBy === 'latency' && lanesNeeded > lanes) {
    yield `answers take ${count(latency)} ms, so ${count(lanes)} lanes use ${share}: lanes: ${count(lanesNeeded)} would use all`;
  }
  if (heldBy === 'lanes' && !isCountable(pagination)) {
    yield `each page names the next one, so no more lanes work than there are chains, at ${share}: cut the dataset into slices, or declare fewer lanes (2 is the least)`;
  }
}

function* runNotes(
  { requests, seconds, lookRequests }: Pick<Forecast, 'requests' | 'seconds' | 'lookRequests'>,
  { dataset: { incremental, verification }, increment }: ForecastFacts,
): Generator<string> {
  const hours = seconds.likely / 3600;
  if (hours > oldestHours) {
    yield `this run would take ${count(Math.ceil(hours))} hours: it goes on for as long as something comes of it, and is given up where nothing does for ${oldestHours}`;
  }
  if (lookRequests.high > lookRequests.likely) {
    const { looks } = verification;
    yield `if the source keeps changing while it is read: up to ${count(requests.high)} requests, since what moved is fetched again up to ${counted(looks, 'time')}, with a look at the edges of ranges before and after each (${count(2 * looks + 1)} looks at most), and more where it grows by pages meanwhile`;
  }
  if (increment) {
    yield `this is a load of what changed since ${increment.since}; it is then merged into the table of run ${increment.base.runId}, whose files are read and written anew, which is not counted here`;
  } else if (incremental) {
    yield 'this is a load of everything: --incremental tells of what changed';
  }
}
