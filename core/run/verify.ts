import { countPages, countRanges } from '../plan/grid';
import { expectedRecords } from '../plan/make-plan';
import type { Plan } from '../plan/plan';
import type { Manifest, ManifestObject } from './manifest';

/** At most this many problems are spelled out; a run that is wrong everywhere need not say so a million times. */
const problemsSpelledOut = 20;

/**
 * Holds what a run wrote against what it planned and makes its manifest. Nothing is read but the plan and
 * the receipts, so the cost is one look at each object. The manifest's problems are empty when every range
 * is there, every record received is accounted for, and the source's own total is met.
 */
export function verify(plan: Plan, objects: readonly ManifestObject[]): Manifest {
  const counts = countUp(objects);
  const problems = [...rangeProblems(plan, objects), ...runProblems(plan, counts, objects)];
  const { source, dataset, runId, definition, watermark, total, subset } = plan;
  const spelledOut = problems.slice(0, problemsSpelledOut);
  if (problems.length > spelledOut.length)
    spelledOut.push(`and ${problems.length - spelledOut.length} more problems`);
  return {
    version: 1,
    source,
    dataset,
    runId,
    definition,
    watermark,
    total,
    subset,
    counts,
    problems: spelledOut,
    objects: [...objects],
  };
}

type Counts = Manifest['counts'];

function countUp(objects: readonly ManifestObject[]): Counts {
  const counts: Counts = {
    ranges: objects.length,
    pages: 0,
    requests: 0,
    received: 0,
    staged: 0,
    quarantined: 0,
    filtered: 0,
    bytesReceived: 0,
    bytesStaged: 0,
  };
  for (const { receipt, bytes } of objects) {
    counts.pages += receipt.pages;
    counts.requests += receipt.requests;
    counts.received += receipt.received;
    counts.staged += receipt.staged;
    counts.quarantined += receipt.quarantined;
    counts.filtered += receipt.filtered;
    counts.bytesReceived += receipt.bytesReceived;
    counts.bytesStaged += bytes;
  }
  return counts;
}

/** Each range alone: shaped by the plan's definition, and no record unaccounted for. */
function* rangeProblems(plan: Plan, objects: readonly ManifestObject[]): Generator<string> {
  for (const { key, receipt } of objects) {
    if (receipt.definition !== plan.definition)
      yield `${key} was shaped by another definition than the plan's`;
    const accounted = receipt.staged + receipt.quarantined + receipt.filtered;
    if (accounted !== receipt.received) {
      yield `${key} accounts for ${n(accounted)} of the ${n(receipt.received)} records it received`;
    }
  }
}

/** The run as a whole: the grid is full, the total is met and still what it was, and quarantine is below its ceiling. */
function* runProblems(plan: Plan, counts: Counts, objects: readonly ManifestObject[]): Generator<string> {
  if (counts.ranges !== countRanges(plan)) {
    yield `${n(counts.ranges)} of ${n(countRanges(plan))} page ranges are there`;
  }
  if (counts.pages !== countPages(plan))
    yield `${n(counts.pages)} of ${n(countPages(plan))} pages were fetched`;
  const expected = expectedRecords(plan);
  if (counts.received !== expected) {
    yield `received ${n(counts.received)} records where the source holds ${n(expected)}`;
  }
  const totals = objects.flatMap(({ receipt }) =>
    receipt.totals ? [receipt.totals.min, receipt.totals.max] : [],
  );
  const moved = totals.find((total) => total !== plan.total);
  if (moved !== undefined) {
    yield `the source's total moved from ${n(plan.total)} to ${n(moved)} while the run was loading, so pages may have shifted`;
  }
  // Divided, not multiplied: 0.29 * 100 is less than 29.
  if (counts.quarantined / counts.received > plan.maxQuarantinedRatio) {
    yield `${n(counts.quarantined)} of ${n(counts.received)} records are in quarantine, above maxQuarantinedRatio ${plan.maxQuarantinedRatio}`;
  }
}

const n = (value: number): string => value.toLocaleString('en');
