import { countRangesOf } from '../plan/grid';
import { makePlan, needsExtent } from '../plan/make-plan';
import type { Increment, Plan } from '../plan/plan';
import { isCountable } from '../source/pagination';
import { secretsOf } from '../source/secrets-of';
import type { Dataset, Source } from '../source/source';
import { bytesOf } from './compression';
import { type Cost, costOf } from './cost';
import { exactly, type ForecastExtent, forecastExtent, type Span } from './extent';
import { type LaneTime, lanesNeeded, laneTime } from './lane-time';
import { quietLooks, restlessLooks } from './look-requests';
import { forecastNotes } from './notes';
import type { Probe } from './probe';
import { type ForecastQuota, quotaOf } from './quota';
import { runUsage } from './run-usage';

export interface ForecastOptions {
  /** Requests that the source allows a day. @default it names no quota */
  readonly quota?: number | undefined;
  /** Set where only what changed is loaded. @default everything is */
  readonly increment?: Increment | undefined;
  readonly now: Date;
}

/** What a run of a dataset will come to. */
export interface Forecast {
  readonly source: string;
  readonly dataset: string;
  readonly known: ForecastExtent['known'];
  /** What there is at the least, where nobody knows how much: what was seen, and a request for each other slice. */
  readonly atLeast?: { readonly records: number; readonly requests: number };
  readonly records: Span;
  readonly pages: Span;
  /** Page ranges: messages, and objects of the table. */
  readonly ranges: Span;
  readonly bytesReceived: Span;
  /** Of the table's objects. */
  readonly bytesStaged: Span;
  /** Of the bodies that are kept under raw/; 0 where none are. */
  readonly bytesRaw: Span;
  /** To the source, all of them: for planning, for pages, and for looking again. */
  readonly requests: Span;
  /** Of those, what looking again takes: one look at the edges of ranges where nothing moves; at the high end, all looks at a source that keeps changing. */
  readonly lookRequests: Span;
  /** From the first request to the last object. */
  readonly seconds: Span;
  readonly pace: {
    readonly requestsPerSecond: number;
    readonly lanes: number;
    /** To use all that the source allows. */
    readonly lanesNeeded: number;
    /** Share of the limit that is used, from 0 to 1. */
    readonly used: number;
    readonly heldBy: LaneTime['heldBy'];
    /** Milliseconds. */
    readonly latency: number;
  };
  readonly quota?: ForecastQuota;
  readonly cost: Readonly<Record<keyof Span, Cost>>;
  /** What it cannot know, and what is worth changing; one sentence each. */
  readonly notes: readonly string[];
}

/** What a worker does besides fetching, seconds: see run-usage.ts. */
const writing = (bytes: number) => 0.3 + bytes / 30e6;
/** A chain's range ends after so many seconds, and after so many bytes of bodies (range-work.ts). */
const longestRange = { seconds: 60, bytes: 64 * 1024 * 1024 };
/** Pages of a slice that are loaded together with its first one (slice-outcome.ts). */
const inlinePages = 5;
/** Seconds for the message of a chain's next range to reach a worker. */
const hop = 0.2;

/** What a run will take, and what it will leave, as far as a few pages of the dataset tell. */
export function forecast(probe: Probe, source: Source, dataset: Dataset, options: ForecastOptions): Forecast {
  const extent = forecastExtent(probe);
  const [low, likely, high] = (['low', 'likely', 'high'] as const).map((end) =>
    scenario({ probe, source, dataset, options, extent, end }),
  );
  if (!low || !likely || !high) throw new TypeError('there are three ends');
  const span = (value: (of: Scenario) => number): Span => ({
    low: value(low),
    likely: value(likely),
    high: value(high),
  });
  const requests = span((of) => of.requests);
  const perPage = Math.max(1, probe.records / Math.max(1, probe.pages));
  const requestsOf = (records: number) => {
    // Each slice takes a request, however little it holds.
    const pages = Math.max(1, probe.slices.length, Math.ceil(records / perPage));
    const sized = { known: extent.known, records: exactly(records), pages: exactly(pages) };
    return scenario({ probe, source, dataset, options, extent: sized, end: 'likely' }).requests;
  };
  const { limits } = source;
  const isChained = !isCountable(dataset.pagination);
  const weight = dataset.request.weight;
  const needed = lanesNeeded(limits, { latency: probe.latency / 1000, isChained, weight });
  const told = {
    source: source.name,
    dataset: dataset.name,
    known: extent.known,
    ...(extent.known === 'unknown' ? { atLeast: atLeastOf(probe) } : {}),
    records: extent.records,
    pages: extent.pages,
    ranges: span((of) => of.ranges),
    bytesReceived: span((of) => of.bytesReceived),
    bytesStaged: span((of) => of.bytesStaged),
    bytesRaw: span((of) => of.bytesRaw),
    requests,
    lookRequests: span((of) => of.lookRequests),
    seconds: span((of) => of.time.seconds),
    pace: {
      requestsPerSecond: limits.requestsPerSecond,
      lanes: limits.lanes,
      lanesNeeded: needed,
      used: likely.time.used,
      heldBy: likely.time.heldBy,
      latency: probe.latency,
    },
    ...(options.quota === undefined
      ? {}
      : {
          quota: quotaOf(options.quota, { known: extent.known, requests, limits, requestsOf }),
        }),
    cost: { low: low.cost, likely: likely.cost, high: high.cost },
  };
  return { ...told, notes: forecastNotes(told, { probe, dataset, increment: options.increment }) };
}

function atLeastOf({ records, pages, slices, seen }: Probe): NonNullable<Forecast['atLeast']> {
  return { records, requests: Math.max(1, pages) + Math.max(0, slices.length - seen.length) };
}

interface ScenarioInput {
  readonly probe: Probe;
  readonly source: Source;
  readonly dataset: Dataset;
  readonly options: ForecastOptions;
  readonly extent: ForecastExtent;
  readonly end: keyof Span;
}

interface Scenario {
  readonly ranges: number;
  readonly requests: number;
  readonly lookRequests: number;
  readonly bytesReceived: number;
  readonly bytesStaged: number;
  readonly bytesRaw: number;
  readonly time: LaneTime;
  readonly cost: Cost;
}

/** One end of the span, worked through. */
function scenario(input: ScenarioInput): Scenario {
  const { probe, source, dataset, extent, end } = input;
  const records = extent.records[end];
  const pages = extent.pages[end];
  const isChained = !isCountable(dataset.pagination);
  const { ranges, pagesPerRange, begun } = rangesOf(input, records, pages);
  const pagesPerFile = Math.min(pages, pagesPerRange);
  const perRecord = probe.records === 0 ? 0 : probe.bytesReceived / probe.records;
  const bytesReceived = Math.round(perRecord * records);
  const files = { records, pagesPerFile };
  const bytesStaged = bytesOf(probe.stage, probe, files)[end];
  const bytesRaw = probe.raw === undefined ? 0 : bytesOf(probe.raw, probe, files)[end];

  const read = { pages, ranges, pagesPerRange, slices: probe.slices.length };
  const looks = end === 'high' ? restlessLooks(dataset, read) : quietLooks(dataset, read);
  const lookRequests = looks.requests;
  const requests = pages + requestsToPlan(dataset, pages) + lookRequests;
  const time = laneTime({
    pages,
    ranges,
    pagesPerRange,
    isChained,
    sideBySide: isChained ? probe.slices.length : ranges,
    limits: source.limits,
    weight: dataset.request.weight,
    latency: probe.latency / 1000,
    writing: writing(bytesReceived / ranges) + (isChained ? hop : 0),
  });
  const lanes = Math.min(source.limits.lanes, isChained ? probe.slices.length : ranges);
  // A look's pages are received and shaped like any other.
  const again = (pages + lookRequests) / pages;
  const allRanges = looks.ranges.reduce((sum, inLook) => sum + inLook, ranges);
  const usage = runUsage({
    ranges: allRanges,
    successors: isChained ? Math.max(0, ranges - probe.slices.length) : 0,
    begun,
    looks: looks.ranges,
    bytesReceived: Math.round(bytesReceived * again),
    fetchSeconds: time.seconds * lanes * again,
    seconds: time.seconds * again + 60,
    raw: probe.raw === undefined ? 0 : allRanges,
    replayed: 0,
    documents: 0,
    documentsRead: 0,
    // Where the source never rests, all that was read is the table.
    keyReads: end === 'high' ? allRanges : 0,
    secrets: secretsOf(source).length,
    lanes: source.limits.lanes,
    bytesStored: Math.round((bytesStaged + bytesRaw) * again),
  });
  return { ranges, requests, lookRequests, bytesReceived, bytesStaged, bytesRaw, time, cost: costOf(usage) };
}

/** Page 1, which says how much there is; where nothing does, a search for the end (find-extent.ts). */
function requestsToPlan(dataset: Dataset, pages: number): number {
  const { pagination } = dataset;
  if (needsExtent(dataset)) return 1;
  const isSearched =
    isCountable(pagination) && pagination.type !== 'single' && pagination.total.type === 'none';
  return isSearched && pages > inlinePages ? Math.ceil(2 * Math.log2(pages)) + 2 : 0;
}

/** The ranges that so many pages come in: by the plan that a run would make, and by what its leads and chains would find. */
function rangesOf(
  { probe, source, dataset, options }: ScenarioInput,
  records: number,
  pages: number,
): { readonly ranges: number; readonly pagesPerRange: number; readonly begun: number } {
  const plan = planOf({ probe, source, dataset, options }, records, pages);
  const [first] = plan.sequences;
  if (first?.type === 'pages') {
    return { ranges: countRangesOf(first), pagesPerRange: first.pagesPerRange, begun: 0 };
  }
  const perRange = isCountable(dataset.pagination) ? plan.pagesPerRange : chainRange(plan, probe, source);
  const slices = Math.max(1, probe.slices.length);
  const perSlice = pages / slices;
  if (first?.type === 'chain') {
    return { ranges: Math.ceil(pages / perRange), pagesPerRange: perRange, begun: 1 };
  }
  const leads = first === undefined ? 1 : countRangesOf(first);
  const left = Math.max(0, perSlice - inlinePages);
  const fair = Math.max(inlinePages, Math.ceil(left / (4 * source.limits.lanes)));
  const rest = isCountable(dataset.pagination) ? Math.min(perRange, fair) : perRange;
  const ranges = leads + slices * Math.ceil(left / rest);
  const chains = left > 0 && !isCountable(dataset.pagination) ? slices : 0;
  return { ranges, pagesPerRange: Math.ceil(pages / ranges), begun: leads + chains };
}

function chainRange(plan: Plan, probe: Probe, source: Source): number {
  const perPage = Math.max(probe.latency / 1000, source.limits.lanes / source.limits.requestsPerSecond);
  const bytesPerPage = Math.max(1, probe.bytesReceived / Math.max(1, probe.pages));
  const most = Math.min(longestRange.seconds / perPage, longestRange.bytes / bytesPerPage);
  return Math.max(1, Math.min(plan.pagesPerRange, Math.ceil(most)));
}

function planOf(
  {
    probe,
    source,
    dataset,
    options: { now },
  }: Pick<ScenarioInput, 'probe' | 'source' | 'dataset' | 'options'>,
  records: number,
  pages: number,
): Plan {
  return makePlan({
    source: source.name,
    dataset,
    limits: source.limits,
    runId: 'forecast',
    ...(needsExtent(dataset)
      ? { extent: { total: records, pages, pageSize: Math.max(1, probe.pageSize) } }
      : {}),
    ...(dataset.slices.length > 0 ? { slices: probe.slices } : {}),
    watermark: now,
    plannedAt: now,
  });
}
