import { pageRangeName, plannedRanges } from '../../../core/plan/grid';
import { makePlan } from '../../../core/plan/make-plan';
import type { PageRange, PagesRange, Plan, RangeName, Sequence } from '../../../core/plan/plan';
import type { CurationEngine } from '../../../core/run/curate/curation-engine';
import { planKey, stageKey } from '../../../core/run/keys';
import type { Clock, Lake, MetricName, Telemetry } from '../../../core/run/ports';
import type { PageMessage } from '../../../core/run/range/page-message';
import { type Receipt, toMetadata } from '../../../core/run/range/receipt';
import { aDataset, aSource } from '../../support/source-fixture';

/** When the tests' time begins, in milliseconds since the epoch. */
export const startOfTime = Date.parse('2026-01-31T03:00:00.000Z');

/** The run that begins with the tests' time. */
export const aRun = { source: 'geonames', dataset: 'cities', runId: '2026-01-31t03-00-00-000z' };

/** Of runs whose stage objects are their table. */
export const noCuration: CurationEngine = {
  merge: () => {
    throw new Error('there is nothing to merge');
  },
};

/** A clock that stands still until a test moves it. */
export interface StillClock extends Clock {
  advance(milliseconds: number): void;
}

/** A clock at the start of the tests' time. Nobody may sleep on it: what a test waits for, it brings about. */
export function stillClock(): StillClock {
  let time = startOfTime;
  return {
    now: () => time,
    monotonic: () => time - startOfTime,
    sleep: () => Promise.reject(new Error('nobody sleeps here')),
    advance(milliseconds) {
      time += milliseconds;
    },
  };
}

/** Telemetry that remembers. */
export interface RecordedTelemetry extends Telemetry {
  readonly counts: Partial<Record<MetricName, number>>;
  /** The datasets that were named with what was counted: 'RunPublished geonames/cities'. */
  readonly named: string[];
  readonly lines: { readonly message: string; readonly details: unknown }[];
}

export function recordTelemetry(): RecordedTelemetry {
  const counts: Partial<Record<MetricName, number>> = {};
  const named: string[] = [];
  const lines: RecordedTelemetry['lines'] = [];
  const log = (message: string, details: unknown) => void lines.push({ message, details });
  return {
    counts,
    named,
    lines,
    count(metric, value, of) {
      if (of) named.push(`${metric} ${of.source}/${of.dataset}`);
      counts[metric] = (counts[metric] ?? 0) + value;
    },
    info: log,
    warn: log,
  };
}

/** A fault at one call only, counted from 0; `disarm` ends it, and tells whether it happened. */
export function faultAt<Kind>(call: number, kind: Kind): { fault(): Kind | undefined; disarm(): boolean } {
  let calls = 0;
  let armed = true;
  return {
    fault: () => (armed && calls++ === call ? kind : undefined),
    disarm() {
      armed = false;
      return calls > call;
    },
  };
}

/** A grid of 10 pages of 100 records in 4 ranges; `changes` replace its fields. */
export function aGrid(changes: Partial<Extract<Sequence, { type: 'pages' }>> = {}) {
  const pages = { firstPage: 0, pages: 10, pagesPerRange: 3 };
  const grid = { slice: 'all', parameters: {}, pageSize: 100, slicePages: 10, total: 950 };
  return { type: 'pages' as const, ...grid, ...pages, ...changes };
}

/** A chain from its beginning; `changes` replace its fields. */
export function aChain(changes: Partial<Extract<Sequence, { type: 'chain' }>> = {}) {
  const beginning = { slice: 'all', parameters: {}, index: 0, position: { page: 0, records: 0 } };
  return { type: 'chain' as const, ...beginning, ...changes };
}

/** A lead over as many slices, two in a range; `changes` replace its fields. */
export function aLead(slices: number, changes: Partial<Extract<Sequence, { type: 'lead' }>> = {}) {
  const named = Array.from({ length: slices }, (_, i) => ({ name: `s-${i}`, parameters: { parent: i } }));
  return { type: 'lead' as const, slice: 'lead', slices: named, slicesPerRange: 2, ...changes };
}

/** A plan of `aGrid()`; `changes` replace its fields. */
export function aPlan(changes: Partial<Plan> = {}): Plan {
  const plan = makePlan({
    source: aRun.source,
    dataset: aDataset(),
    limits: aSource().limits,
    runId: aRun.runId,
    extent: { total: 950, pages: 10, pageSize: 100 },
    watermark: new Date(startOfTime),
    plannedAt: new Date(startOfTime + 1000),
  });
  return { ...plan, pagesPerRange: 3, sequences: [aGrid()], ...changes };
}

/** A plan whose total nobody knows, of these sequences. */
export function anOpenPlan(...sequences: Sequence[]): Plan {
  const { total, ...plan } = aPlan({ sequences });
  return plan;
}

/** A range of `aGrid()`. */
export function aRange(changes: Partial<PagesRange> = {}): PagesRange {
  const { pagesPerRange, ...grid } = aGrid();
  return { ...grid, index: 1, firstPage: 3, pages: 3, ...changes };
}

/** A receipt of 100 records, all staged; `changes` replace its fields. */
export function aReceipt(changes: Partial<Receipt> = {}): Receipt {
  return {
    definition: aPlan().definition,
    attempt: 'a1b2c3d4',
    fetchedAt: new Date(startOfTime).toISOString(),
    fetchMilliseconds: 100,
    firstPage: 0,
    pages: 1,
    requests: 1,
    bytesReceived: 1000,
    received: 100,
    staged: 100,
    quarantined: 0,
    filtered: 0,
    ...changes,
  };
}

/** The receipt of a range of a grid that was loaded as planned; of others, one of a page of 100 records. */
export function receiptOf(plan: Plan, range: PageRange, changes: Partial<Receipt> = {}): Receipt {
  const written = { definition: plan.definition, firstRecord: markOf(range), lastRecord: markOf(range) };
  if (range.type === 'lead') return aReceipt({ ...written, firstPage: undefined, begins: true, ...changes });
  if (range.type === 'chain') {
    const { page, total } = range.position;
    const begins = page === 0 ? true : undefined;
    return aReceipt({ ...written, firstPage: page, begins, planned: total, ...changes });
  }
  const { firstPage, pages, pageSize, total = pageSize * range.slicePages } = range;
  const records = Math.max(0, Math.min(pages * pageSize, total - firstPage * pageSize));
  return aReceipt({
    ...written,
    firstPage,
    pages,
    requests: pages,
    received: records,
    staged: records,
    planned: range.total,
    totals: { min: total, max: total },
    ...changes,
  });
}

/** What stands for a record that no other range begins with. */
function markOf(range: RangeName): string {
  return `hash of ${pageRangeName(range)}`;
}

/** The message that asks for a range. */
export function messageOf(plan: Plan, range: PageRange): PageMessage {
  const { source, dataset, runId, definition, extension, replayOf, pagesPerRange } = plan;
  const common = { source, dataset, runId, definition, extension, pagesPerRange };
  return { ...common, ...(replayOf && { replayOf }), range };
}

/** Writes a range as a worker would: once, with its receipt. */
export function writeRange(
  lake: Pick<Lake, 'putIfAbsent'>,
  plan: Plan,
  range: PageRange,
  changes: Partial<Receipt> = {},
): Promise<'created' | 'exists'> {
  const receipt = receiptOf(plan, range, changes);
  return lake.putIfAbsent(stageKey(plan, range), `${pageRangeName(range)} by ${receipt.attempt}`, {
    metadata: toMetadata(receipt),
  });
}

/** Writes a plan and all ranges that it tells, each as `change` wants it. */
export async function writeRun(
  lake: Lake,
  plan: Plan,
  change: (range: PageRange) => Partial<Receipt> = () => ({}),
): Promise<void> {
  await lake.putIfAbsent(planKey(plan), JSON.stringify(plan));
  for (const range of plannedRanges(plan)) await writeRange(lake, plan, range, change(range));
}
