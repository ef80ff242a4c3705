import type { Plan } from '../../../core/plan/plan';
import type { RunOutcome } from '../../../core/report/gather/run-outcome';
import { manifestPartKey, stageKey, verificationKey } from '../../../core/run/keys';
import type { Lake } from '../../../core/run/ports';
import type { Receipt } from '../../../core/run/range/receipt';
import type { Manifest, ManifestObject } from '../../../core/run/verify/manifest';
import type { Check } from '../../../core/run/verify/verification';
import { noObservations } from '../../../core/shape/merge-observations';
import { aGrid, aPlan, startOfTime } from '../run/run-fixture';

/** A receipt of five pages of 100 records each; `changes` replace its fields. */
export function aReceipt(changes: Partial<Receipt> = {}): Receipt {
  return {
    definition: 'd',
    attempt: 'a',
    fetchedAt: new Date(startOfTime + 2000).toISOString(),
    fetchMilliseconds: 400,
    firstPage: 0,
    pages: 5,
    requests: 5,
    latency: [60, 120, 180],
    bytesReceived: 60_000,
    received: 500,
    staged: 500,
    quarantined: 0,
    filtered: 0,
    ...changes,
  };
}

/** The plan of as many ranges of five pages. */
export function planOf(ranges: number, changes: Partial<Plan> = {}): Plan {
  const pages = ranges * 5;
  const grid = aGrid({ pages, slicePages: pages, pagesPerRange: 5, total: pages * 100 });
  return aPlan({ sequences: [grid], total: pages * 100, requestsPerSecond: 50, lanes: 4, ...changes });
}

/** The object of a range of a plan. */
export function anObject(plan: Plan, index: number, changes: Partial<Receipt> = {}): ManifestObject {
  return {
    key: stageKey(plan, { slice: 'all', index }),
    bytes: 20_000,
    etag: `e${index}`,
    receipt: aReceipt(changes),
  };
}

/** Ranges as four lanes fetch them at 50 requests a second, one after the other. */
export function steadyObjects(plan: Plan, ranges: number): ManifestObject[] {
  return Array.from({ length: ranges }, (_, index) => {
    const fetchedAt = new Date(startOfTime + 2000 + Math.floor(index / 4) * 400).toISOString();
    const noise = (index * 7919) % 40;
    return anObject(plan, index, { fetchedAt, latency: [52 + noise, 95 + 2 * noise, 150 + 4 * noise] });
  });
}

/** A manifest of these objects, which stand in one part; `changes` replace its fields. */
export function manifestOf(
  plan: Plan,
  objects: readonly ManifestObject[],
  changes: Partial<Manifest> = {},
): Manifest {
  const sum = (of: (object: ManifestObject) => number) => objects.reduce((total, one) => total + of(one), 0);
  const { source, dataset, runId, definition, extension, columns, key, tableVersion } = plan;
  return {
    version: 3,
    source,
    dataset,
    runId,
    definition,
    extension,
    columns,
    key,
    tableVersion,
    watermark: plan.watermark,
    ...(plan.total !== undefined && { total: plan.total }),
    subset: plan.subset,
    counts: {
      ranges: objects.length,
      pages: sum(({ receipt }) => receipt.pages),
      requests: sum(({ receipt }) => receipt.requests),
      received: sum(({ receipt }) => receipt.received),
      added: sum(({ receipt }) => receipt.added ?? 0),
      staged: sum(({ receipt }) => receipt.staged),
      quarantined: sum(({ receipt }) => receipt.quarantined),
      filtered: sum(({ receipt }) => receipt.filtered),
      repeated: 0,
      bytesReceived: sum(({ receipt }) => receipt.bytesReceived),
      bytesStaged: sum(({ bytes }) => bytes),
    },
    observations: noObservations,
    givenUp: [],
    problems: [],
    warnings: [],
    parts: [{ key: manifestPartKey(plan, 'all-00000000'), objects: objects.length }],
    ...changes,
  };
}

/** Writes the part that manifestOf names. */
export async function writePart(plan: Plan, objects: readonly ManifestObject[], lake: Lake): Promise<void> {
  const lines = objects.map((object) => `${JSON.stringify(object)}\n`).join('');
  await lake.put(manifestPartKey(plan, 'all-00000000'), lines);
}

/** Writes verification.json. */
export async function writeVerification(
  plan: Plan,
  verdict: 'complete' | 'warned' | 'short',
  checks: readonly Check[],
  lake: Lake,
): Promise<void> {
  const { source, dataset, runId } = plan;
  const verifiedAt = new Date(startOfTime + 120_000).toISOString();
  const document = { version: 1, source, dataset, runId, verifiedAt, verdict, checks };
  await lake.put(verificationKey(plan), JSON.stringify(document));
}

/** How a run of these objects ended, written to the lake. */
export async function outcomeOf(
  plan: Plan,
  objects: readonly ManifestObject[],
  lake: Lake,
  changes: Partial<Manifest> = {},
): Promise<Exclude<RunOutcome, { state: 'failed' }>> {
  await writePart(plan, objects, lake);
  const publishedAt = new Date(startOfTime + 125_000).toISOString();
  return { plan, manifest: manifestOf(plan, objects, changes), state: 'published', publishedAt };
}
