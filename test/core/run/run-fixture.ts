import { pageRangeName, pageRanges } from '../../../core/plan/grid';
import { makePlan } from '../../../core/plan/make-plan';
import type { PageRange, Plan } from '../../../core/plan/plan';
import { planKey, stageKey } from '../../../core/run/keys';
import type { PageMessage } from '../../../core/run/page-message';
import type { Clock, Lake, MetricName, Telemetry } from '../../../core/run/ports';
import { type Receipt, toMetadata } from '../../../core/run/receipt';
import { aDataset, aSource } from '../../support/source-fixture';

/** When the tests' time begins, in milliseconds since the epoch. */
export const startOfTime = Date.parse('2026-01-31T03:00:00.000Z');

/** The run that begins with the tests' time. */
export const aRun = { source: 'geonames', dataset: 'cities', runId: '2026-01-31t03-00-00-000z' };

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
  readonly lines: { readonly message: string; readonly details: unknown }[];
}

export function recordTelemetry(): RecordedTelemetry {
  const counts: Partial<Record<MetricName, number>> = {};
  const lines: RecordedTelemetry['lines'] = [];
  const log = (message: string, details: unknown) => void lines.push({ message, details });
  return {
    counts,
    lines,
    count(metric, value) {
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

/** A plan of 10 pages of 100 records in 4 ranges; `changes` replace its fields. */
export function aPlan(changes: Partial<Plan> = {}): Plan {
  const plan = makePlan({
    source: aRun.source,
    dataset: aDataset(),
    limits: aSource().limits,
    runId: aRun.runId,
    extent: { total: 950, pageSize: 100 },
    watermark: new Date(startOfTime),
    plannedAt: new Date(startOfTime + 1000),
  });
  return { ...plan, pagesPerRange: 3, ...changes };
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

/** The receipt of a range that was loaded as planned. */
export function receiptOf(plan: Plan, range: PageRange, changes: Partial<Receipt> = {}): Receipt {
  const before = range.firstPage * plan.pageSize;
  const records = Math.max(0, Math.min(range.pages * plan.pageSize, plan.total - before));
  return aReceipt({
    definition: plan.definition,
    firstPage: range.firstPage,
    pages: range.pages,
    requests: range.pages,
    received: records,
    staged: records,
    totals: { min: plan.total, max: plan.total },
    ...changes,
  });
}

/** The message that asks for a range. */
export function messageOf(plan: Plan, range: PageRange): PageMessage {
  const { source, dataset, runId, definition, pageSize } = plan;
  return { source, dataset, runId, definition, pageSize, ...range };
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

/** Writes a plan and all its ranges, each as `change` wants it. */
export async function writeRun(
  lake: Lake,
  plan: Plan,
  change: (range: PageRange) => Partial<Receipt> = () => ({}),
): Promise<void> {
  await lake.putIfAbsent(planKey(plan), JSON.stringify(plan));
  for (const range of pageRanges(plan)) await writeRange(lake, plan, range, change(range));
}
