import { count, counted } from '../../counted';
import type { Plan } from '../../plan/plan';
import type { Observations } from '../../shape/observations';
import type { TableFiles } from '../curate/table-files';
import type { GivenUp } from '../dead/given-up';
import type { Drift } from '../drift/drift';
import type { Inherited } from '../inherited';
import type { Unrolled } from '../missing/unroll';
import { inheritedSentences } from './inherit';
import { judgeShrink } from './judge-shrink';
import { type Judged, Judgement } from './judgement';
import type { KeyProof } from './key-intervals';
import type { Predecessor } from './predecessor';
import { quarantineProblem } from './quarantine-problem';
import type { RepeatedKeys } from './repeated-keys';
import { Sentences } from './sentences';
import type { Tally } from './tally';

/** How many ranges and pages a folder must have: a run's own, or a look's. */
export interface FolderExtent {
  readonly look?: number | undefined;
  readonly extent: Pick<Unrolled, 'ranges' | 'pages'>;
}

/** Ranges that an operator gave up, and how many records are in them at most; `records` is undefined where nobody knows. */
export interface Hole {
  readonly ranges: readonly GivenUp[];
  readonly records: number | undefined;
}

/** Everything that was found out about a run. */
export interface Evidence {
  readonly tally: Tally;
  readonly extents: readonly FolderExtent[];
  /** What was noticed about all ranges together. */
  readonly observations: Observations;
  /** What the receipts say of keys. */
  readonly keys: KeyProof;
  /** Keys that came more than once, of what the receipts do not prove; undefined where each came once. */
  readonly repeatedKeys?: RepeatedKeys | undefined;
  /** Ranges whose first or last pages begin with the same record. */
  readonly repeatedPages: Sentences;
  /** Objects that are not what their receipts were read from. */
  readonly changed: Sentences;
  readonly drift?: Drift | undefined;
  /** Records that the source said it holds, when it was last asked. */
  readonly total?: number | undefined;
  readonly hole: Hole;
  /** In what the table falls short that what changed is merged into. */
  readonly inherited?: readonly Inherited[] | undefined;
  /** The table that the run would take the place of: see readPredecessor. */
  readonly predecessor?: Predecessor | null | undefined;
  /** The files that the run was merged into, once it was. */
  readonly files?: TableFiles | undefined;
}

/**
 * Holds what a run wrote against what it planned, and what its leads and chains found. It may be published when every range is there, every
 * record received is accounted for, no key comes twice, and the source's own total, where it names one, is met; or when it falls short by no
 * more than the dataset, or an operator, allows.
 */
export function judge(plan: Plan, evidence: Evidence): Judged {
  const judgement = new Judgement(plan);
  const { tally, repeatedPages, changed, observations } = evidence;
  const { counts } = tally;
  const ranges = counted(counts.ranges, 'page range');
  judgement.none(
    'definition',
    tally.otherDefinitions,
    `the plan's definition shaped ${counts.ranges === 1 ? 'the' : 'all'} ${ranges}`,
  );
  judgement.none('records-accounted', tally.unaccounted, accounted(evidence));
  judgeExtents(judgement, evidence);
  judgeTotal(judgement, plan, evidence);
  judgeDrift(judgement, plan, evidence);
  if (plan.subset || tally.looked > 0 || isUnion(evidence)) {
    judgement.skipped('repeated-pages', plan.subset ? trial : 'pages that were read again begin alike');
  } else {
    judgement.none('repeated-pages', repeatedPages, 'no two page ranges begin or end with the same page');
  }
  judgeQuarantine(judgement, plan, { counts, observations });
  judgeKeys(judgement, evidence);
  judgement.none('checksums', changed, unchanged(evidence));
  judgeHole(judgement, plan, evidence);
  judgeShrink(judgement, plan, evidence);
  judgeBase(judgement, plan, evidence);
  return judgement.judged();
}

const trial = 'a trial has some of the pages only';

function unchanged({ tally: { counts }, files }: Evidence): string {
  const receipts = counts.ranges === 1 ? 'is what its receipt was' : 'are what their receipts were';
  const read = `the ${counted(counts.ranges, 'page range')} in the lake ${receipts} read from`;
  if (files === undefined) return read;
  const written = files.files === 1 ? 'is the one that was written' : 'are those that were written';
  return `${read}, and the ${counted(files.files, 'file')} of the merged table ${written}`;
}

function accounted({ tally: { counts } }: Evidence): string {
  const made =
    counts.added === 0
      ? ''
      : ` and ${counted(counts.added, 'row')} made beyond ${counts.received === 1 ? 'it' : 'them'}`;
  return `${counted(counts.received, 'record')} received${made}: ${count(counts.staged)} staged, ${count(counts.quarantined)} in quarantine, ${count(counts.filtered)} filtered`;
}

/** Every range and page is there, and no other. */
function judgeExtents(judgement: Judgement, { tally, extents }: Evidence): void {
  for (const [name, verb] of [
    ['ranges', 'page ranges are there'],
    ['pages', 'pages were fetched'],
  ] as const) {
    const wrong = new Sentences();
    let [expected, found] = [0, 0];
    for (const { look, extent } of extents) {
      const there = tally.folder(look);
      expected += extent[name];
      found += there[name];
      const of = look === undefined ? '' : ` of look ${look}`;
      if (there[name] !== extent[name])
        wrong.add(`${count(there[name])} of ${count(extent[name])} ${verb}${of}`);
    }
    if (name === 'pages' && found === 0 && tally.plan.sequences.some(({ type }) => type === 'lead')) {
      const nothing =
        'every slice was answered by a status that means that nothing is there: check the request and its statuses, since not even one was found';
      // Of what changed there may well be nothing.
      if (!tally.plan.subset && !tally.plan.increment) wrong.add(nothing);
    }
    judgement.none(name, wrong, `${count(found)} of ${count(expected)} ${verb}`, { expected, found });
  }
}

/** Distinct records, at least and at most: what came again is told by its key, which only staged rows have. */
function distinct({ tally: { counts } }: Evidence): readonly [number, number] {
  if (counts.repeated === 0) return [counts.received, counts.received];
  const rows = counts.staged - counts.repeated;
  return [rows, rows + counts.quarantined + counts.filtered];
}

/** Whether the table is everything that was read of a source that never stood still. */
function isUnion({ drift }: Evidence): boolean {
  return drift !== undefined && drift.outcome !== 'settled';
}

function judgeTotal(judgement: Judgement, plan: Plan, evidence: Evidence) {
  const { tally, total, drift, hole } = evidence;
  const [least, most] = distinct(evidence);
  const known = least === most ? count(least) : `${count(least)} to ${count(most)}`;
  if (plan.subset) return judgement.skipped('source-total', trial);
  if (total === undefined) {
    const why = 'the source names no total that it could be held against';
    return judgement.skipped('source-total', `${known} records: ${why}`);
  }
  const numbers = { expected: total, found: least };
  if (isUnion(evidence)) {
    // What was there all the time, and what was seen before it went, are at least as many as the source ever held.
    const lowest = Math.min(total, ...(drift?.totals ?? []));
    if (most < lowest) {
      const sentence = `received ${known} different records where the source never held fewer than ${count(lowest)}`;
      return judgement.short('source-total', sentence, (lowest - most) / lowest, {
        expected: lowest,
        found: most,
      });
    }
    const why = `the source said it held ${count(total)} when it was last asked, and changed all the while`;
    return judgement.skipped('source-total', `${known} records: ${why}`);
  }
  if (tally.counts.repeated > 0 && tally.counts.added > 0) {
    const why =
      'explode or transform makes several rows of a record, so records that came again cannot be counted';
    return judgement.skipped('source-total', why);
  }
  if (least <= total && total <= most) {
    const asked =
      drift === undefined ? "the source's own total" : "the source's own total, asked again at the end";
    return judgement.passed('source-total', `${count(total)} of ${count(total)} records: ${asked}`, numbers);
  }
  const sentence = `received ${known} records where the source holds ${count(total)}`;
  const isInHole = hole.ranges.length > 0 && most <= total && total - most <= (hole.records ?? total);
  if (isInHole) return judgement.warned('source-total', `${sentence}, which is what was given up`, numbers);
  judgement.short('source-total', sentence, Math.abs(total - least) / Math.max(1, total), numbers);
}

function judgeDrift(judgement: Judgement, plan: Plan, evidence: Evidence) {
  const { tally, drift, total } = evidence;
  if (plan.subset) return judgement.skipped('drift', trial);
  if (drift === undefined) {
    if (tally.movedTotals.count === 0) {
      const why = evidence.hole.ranges.length > 0 ? ', since page ranges were given up' : '';
      const seen = 'the source named no other total while the run was loading, and was not looked at again';
      return judgement.passed('drift', `${seen}${why}`);
    }
    const share = tally.moved / Math.max(1, total ?? tally.counts.received);
    return judgement.short('drift', tally.movedTotals, share);
  }
  if (drift.outcome === 'settled') return judgement.passed('drift', drift.sentence);
  // Whoever gave a look up accepted that nobody knows.
  const isAccepted = evidence.hole.ranges.some(({ look }) => look !== undefined);
  if (drift.outcome === 'covered' || isAccepted) return judgement.warned('drift', drift.sentence);
  // How much is missing nobody can tell where the source names no total: then only a dataset that accepts any loss is published.
  const [least] = distinct(evidence);
  judgement.short(
    'drift',
    drift.sentence,
    total === undefined ? 1 : Math.abs(total - least) / Math.max(1, total),
  );
}

function judgeQuarantine(
  judgement: Judgement,
  plan: Plan,
  { counts, observations }: Pick<Tally, 'counts'> & Pick<Evidence, 'observations'>,
) {
  const { quarantined, received, added } = counts;
  const rows = received + added;
  const numbers = { expected: 0, found: quarantined };
  for (const problem of quarantineProblem(plan, counts, observations)) {
    return judgement.short('quarantine', problem, quarantined / rows, numbers);
  }
  const allowed = `${count(quarantined)} of ${count(rows)} are in quarantine, within maxQuarantinedRatio ${plan.maxQuarantinedRatio}`;
  judgement.passed('quarantine', quarantined === 0 ? 'nothing is in quarantine' : allowed, numbers);
}

function judgeKeys(judgement: Judgement, evidence: Evidence) {
  const { keys, repeatedKeys, drift, tally } = evidence;
  const { staged, repeated } = tally.counts;
  const proved = `the keys of ${counted(keys.objects, 'page range')} neither overlap nor repeat, as ${keys.objects === 1 ? 'its receipt proves' : 'their receipts prove'}`;
  if (keys.unproved === 0) judgement.passed('key-ranges', proved);
  else {
    const read = `the keys of ${count(keys.unproved)} of ${counted(keys.objects, 'page range')} may overlap others: they were read one by one`;
    judgement.skipped('key-ranges', read);
  }
  if (repeatedKeys === undefined) {
    return judgement.passed('unique-keys', `each of ${counted(staged, 'row')} has a key of its own`, {
      expected: 0,
      found: 0,
    });
  }
  if (drift !== undefined && (tally.looked > 0 || isUnion(evidence))) {
    const left = `${count(repeated)} of ${count(staged)} rows were read again and are left out of the table: of each key the row that was seen last stays`;
    return judgement.passed('unique-keys', left);
  }
  judgement.failed('unique-keys', repeatedKeys.sentence, { expected: 0, found: repeatedKeys.keys });
}

function judgeHole(judgement: Judgement, { increment }: Plan, { hole, tally }: Evidence) {
  const { ranges, records } = hole;
  if (ranges.length === 0) return judgement.passed('given-up', 'no page range was given up');
  const names = ranges.slice(0, 3).map(({ slice, index }) => `${slice}-${String(index).padStart(8, '0')}`);
  const more = ranges.length > names.length ? ` and ${count(ranges.length - names.length)} more` : '';
  const them = ranges.length === 1 ? 'it' : 'them';
  const size =
    records === undefined
      ? `and nobody knows how many records were in ${them}`
      : `with at most ${count(records)} records`;
  const reasons = [...new Set(ranges.map(({ by, reason }) => `${reason} (${by})`))].slice(0, 3).join('; ');
  const what =
    ranges.length === 1 ? '1 page range was given up' : `${count(ranges.length)} page ranges were given up`;
  // A hole may be accepted in a table, but nothing is no table to put before readers who have one.
  if (tally.counts.staged === 0 && !increment) {
    const nothing = `${what}, and nothing else was loaded: ${names.join(', ')}${more}: ${reasons}`;
    return judgement.failed('given-up', nothing, { expected: 0, found: ranges.length });
  }
  judgement.warned('given-up', `${what}, ${size}: ${names.join(', ')}${more}: ${reasons}`, {
    expected: 0,
    found: ranges.length,
  });
}

function judgeBase(judgement: Judgement, { subset, increment }: Plan, { inherited = [] }: Evidence) {
  if (increment === undefined) return;
  if (subset) return judgement.skipped('base', 'a trial is merged into no table');
  if (inherited.length > 0) return judgement.inherited('base', inheritedSentences(inherited));
  const { runId } = increment.base;
  judgement.passed(
    'base',
    `the table of run ${runId}, which this run is merged into, falls short of nothing`,
  );
}
