import { type Plan, tableIn } from '../plan/plan';
import { noObservations } from '../shape/merge-observations';
import type { Observations } from '../shape/observations';
import { stagePrefix } from './keys';
import type { Manifest, ManifestObject } from './manifest';
import { rangeOfKey } from './present-ranges';
import { quarantineProblem } from './quarantine-problem';
import type { Unrolled } from './unroll';

/** At most this many problems are spelled out; a run that is wrong everywhere need not say so a million times. */
const problemsSpelledOut = 20;

/** How many ranges and pages a run must have. */
export type Extent = Pick<Unrolled, 'ranges' | 'pages'>;

/** What was found out about a run's records, beyond what its receipts say. */
export interface Findings {
  /** What was noticed about all ranges together. @default nothing */
  readonly observations?: Observations | undefined;
  /** The sentence on records that came more than once. @default each came once */
  readonly repeatedKeys?: string | undefined;
}

/**
 * Holds what a run wrote against what it planned, and what its leads and chains found, and makes its manifest. The manifest's
 * problems are empty when every range is there, every record received is accounted for, and the source's own total, where it
 * names one, is met.
 */
export function verify(
  plan: Plan,
  extent: Extent,
  objects: readonly ManifestObject[],
  { observations = noObservations, repeatedKeys }: Findings = {},
): Manifest {
  const counts = countUp(objects);
  const total = plan.total ?? promisedTotal(objects);
  const problems = [
    ...rangeProblems(plan, objects),
    ...extentProblems(extent, counts),
    // A part of a dataset meets no total, and its pages may stand alone.
    ...(plan.subset ? [] : wholeProblems(plan, { total, counts, objects })),
    ...quarantineProblem(plan, counts, observations),
    ...(repeatedKeys === undefined ? [] : [repeatedKeys]),
  ];
  const { source, dataset, runId, definition, watermark, subset, replayOf } = plan;
  const spelledOut = problems.slice(0, problemsSpelledOut);
  if (problems.length > spelledOut.length)
    spelledOut.push(`and ${problems.length - spelledOut.length} more problems`);
  return {
    version: 2,
    source,
    dataset,
    runId,
    definition,
    ...tableIn(plan),
    ...(replayOf === undefined ? {} : { replayOf }),
    watermark,
    ...(total === undefined ? {} : { total }),
    subset,
    counts,
    observations,
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
    added: 0,
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
    counts.added += receipt.added ?? 0;
    counts.staged += receipt.staged;
    counts.quarantined += receipt.quarantined;
    counts.filtered += receipt.filtered;
    counts.bytesReceived += receipt.bytesReceived;
    counts.bytesStaged += bytes;
  }
  return counts;
}

/** What the slices hold together; undefined unless the source told it of every one. */
function promisedTotal(objects: readonly ManifestObject[]): number | undefined {
  let total: number | undefined;
  for (const { receipt } of objects) {
    if (!receipt.begins) continue;
    if (receipt.expected === undefined) return undefined;
    total = (total ?? 0) + receipt.expected;
  }
  return total;
}

/** Each range alone: shaped by the plan's definition, and no record unaccounted for. */
function* rangeProblems(plan: Plan, objects: readonly ManifestObject[]): Generator<string> {
  for (const { key, receipt } of objects) {
    if (receipt.definition !== plan.definition)
      yield `${key} was shaped by another definition than the plan's`;
    const { received, added = 0, staged, quarantined, filtered } = receipt;
    const accounted = staged + quarantined + filtered;
    if (accounted !== received + added) {
      const made = added === 0 ? '' : ` and the ${n(added)} rows made beyond them`;
      yield `${key} accounts for ${n(accounted)} of the ${n(received)} records it received${made}`;
    }
  }
}

/** Every range and page is there, and no other. */
function* extentProblems({ ranges, pages }: Extent, counts: Counts): Generator<string> {
  if (counts.ranges !== ranges) yield `${n(counts.ranges)} of ${n(ranges)} page ranges are there`;
  if (counts.pages !== pages) yield `${n(counts.pages)} of ${n(pages)} pages were fetched`;
}

interface Whole {
  readonly total: number | undefined;
  readonly counts: Counts;
  readonly objects: readonly ManifestObject[];
}

/** The run as a whole: the total is met and still what it was, and no page was fetched for another one. */
function* wholeProblems(plan: Plan, { total, counts, objects }: Whole): Generator<string> {
  if (total !== undefined && counts.received !== total) {
    yield `received ${n(counts.received)} records where the source holds ${n(total)}`;
  }
  if (counts.pages === 0 && plan.sequences.some(({ type }) => type === 'lead')) {
    yield 'every slice was answered by a status that means that nothing is there: check the request and its statuses, since not even one was found';
  }
  yield* movedTotals(plan, objects);
  yield* repeatedPages(objects);
}

/** One problem for each slice whose total is not what it was. */
function* movedTotals(plan: Plan, objects: readonly ManifestObject[]): Generator<string> {
  const prefix = stagePrefix(plan);
  const told = new Set<string>();
  for (const { key, receipt } of objects) {
    const { totals, planned } = receipt;
    if (totals === undefined || planned === undefined) continue;
    const moved = [totals.min, totals.max].find((total) => total !== planned);
    const slice = rangeOfKey(prefix, key)?.slice ?? key;
    if (moved === undefined || told.has(slice)) continue;
    told.add(slice);
    const what = slice === 'all' ? "the source's total" : `the source's total of slice ${slice}`;
    yield `${what} moved from ${n(planned)} to ${n(moved)} while the run was loading, so pages may have shifted`;
  }
}

/** Ranges whose first or last pages begin with the same record: the source was asked for two pages and gave one. */
function* repeatedPages(objects: readonly ManifestObject[]): Generator<string> {
  const begun = new Map<string, string>();
  for (const { key, receipt } of objects) {
    const marks = new Set([receipt.firstRecord, receipt.lastRecord]);
    const earlier = [...marks].map((mark) => mark && begun.get(mark)).find((other) => other !== undefined);
    if (earlier !== undefined) {
      yield `${key} holds a page that begins with the same record as one of ${earlier}, so the source gave one page for two`;
    }
    for (const mark of marks) if (mark !== undefined) begun.set(mark, key);
  }
}

const n = (value: number): string => value.toLocaleString('en');
