import type { CheckName } from '../run/verify/verification';
import type { ReportFacts } from './gather/report-facts';
import { hasChanged } from './has-changed';
import { counted, percent, utc } from './words';

/** The one thing that everybody wants to know of a run. */
export interface Verdict {
  readonly tone: 'good' | 'warned' | 'bad' | 'neutral';
  /** A few words. */
  readonly title: string;
  /** One sentence, for somebody who knows the data and not the program. */
  readonly sentence: string;
  /** In what it falls short. */
  readonly reasons: readonly string[];
  /** What to do about it. */
  readonly advice: readonly string[];
}

/** Says how a run ended, why, and what to do. */
export function verdictOf(facts: ReportFacts): Verdict {
  const { outcome } = facts;
  switch (outcome.state) {
    case 'published': {
      const warnings = warningsOf(facts, outcome.manifest.warnings);
      return warnings.length > 0 ? warned(facts, warnings) : complete(facts);
    }
    case 'verified':
      return {
        tone: 'neutral',
        title: 'A trial: verified, not published',
        sentence: `This run loaded only a part, ${counted(facts.sums.pages, 'page')} with ${counted(facts.sums.staged, 'record')}, to see how it goes. Readers still see what they saw before.`,
        reasons: [],
        advice: [`Load the whole: npx baseload run ${outcome.plan.dataset}`],
      };
    case 'superseded':
      return {
        tone: 'neutral',
        title: 'Complete, and not published',
        sentence:
          'Readers see another run, which is newer or was chosen by an operator, so this one changes nothing for them.',
        reasons: [],
        advice: [],
      };
    case 'refused':
      return refused(facts, outcome.manifest.problems);
    case 'failed':
      return failed(facts, outcome.reason);
  }
}

/** What stands in the manifest, or else what verification.json warns of: neither is ever called complete. */
function warningsOf({ verification }: ReportFacts, warnings: readonly string[]): readonly string[] {
  if (warnings.length > 0) return warnings;
  const checks = verification?.checks ?? [];
  return checks.flatMap(({ outcome, sentence }) => (outcome === 'warned' ? [sentence] : []));
}

/** What an increment changed, one clause. */
function mergedIn(facts: ReportFacts, since: string): string {
  const { table, sums } = facts;
  const all = table === undefined ? '' : `, which has ${counted(table.records, 'record')} by now`;
  return `${counted(sums.received, 'record')} that changed since ${utc(Date.parse(since))} ${sums.received === 1 ? 'was' : 'were'} merged into the table${all}`;
}

function complete(facts: ReportFacts): Verdict {
  const { outcome } = facts;
  const total = outcome.state === 'failed' ? undefined : outcome.manifest.total;
  const increment = outcome.plan.increment;
  const sentence =
    increment !== undefined
      ? `Everything that changed was loaded and verified, and readers see it: ${mergedIn(facts, increment.since)}.`
      : total === undefined
        ? `Every page that the source named was loaded, ${counted(inTable(facts), 'record')} in all, and readers see them. The source gives no total to hold that against.`
        : `Everything that the source holds was loaded and verified, ${counted(inTable(facts), 'record')} in all, and readers see it.`;
  return { tone: 'good', title: 'Complete and published', sentence, reasons: [], advice: [] };
}

function warned(facts: ReportFacts, warnings: readonly string[]): Verdict {
  const { increment } = facts.outcome.plan;
  const what =
    increment === undefined
      ? `${counted(inTable(facts), 'record')} in all`
      : mergedIn(facts, increment.since);
  return {
    tone: 'warned',
    title: 'Published with warnings',
    sentence: `Readers see this run, with warnings: ${what}. What could not be proved, or falls short and was accepted by the dataset's policy or an operator, stands below.`,
    reasons: warnings,
    advice: adviceOn(facts, 'warned'),
  };
}

function refused(facts: ReportFacts, problems: readonly string[]): Verdict {
  const { total, counts } = facts.outcome.state === 'failed' ? {} : facts.outcome.manifest;
  // Rows that explode or transform made are no share of a total of records.
  const isShare = total !== undefined && total > 0 && counts?.added === 0;
  const share = isShare ? `, ${percent(facts.sums.staged / total)} of what the source says it holds` : '';
  return {
    tone: 'bad',
    title: 'Not published',
    sentence: `The run loaded ${counted(facts.sums.staged, 'record')}${share}, and did not pass verification. Readers still see what they saw before.`,
    reasons: problems,
    advice: adviceOn(facts, 'failed'),
  };
}

function failed({ outcome, dead, sums, looked }: ReportFacts, reason: string): Verdict {
  const missing = dead.reasons.filter((one) => one.missing > 0);
  const refusals = missing.filter(({ status }) => status === 401 || status === 403);
  const some = looked === undefined ? '' : 'at least ';
  return {
    tone: 'bad',
    title: 'Not published: the run did not end',
    sentence: `Pages are missing, and the run was given up: ${reason}. ${some}${counted(sums.ranges, 'page range')} with ${counted(sums.staged, 'record')} had been loaded. Readers still see what they saw before.`,
    reasons: missing.map((one) => `${counted(one.missing, 'page range')} missing: ${one.reason}`),
    advice: [
      ...(refusals.length > 0
        ? ['Replace the credential, or have its rights extended: the source refused it.']
        : []),
      ...(missing.length === 0 ? ['Look into the logs of the worker for what kept it from loading.'] : []),
      `Mend the cause, then start over: npx baseload run ${outcome.plan.dataset}`,
    ],
  };
}

/** What to do about checks that came out so, each advice once. */
function adviceOn(facts: ReportFacts, result: 'warned' | 'failed'): string[] {
  const { verification, outcome } = facts;
  const { dataset, runId } = outcome.plan;
  const startOver = `Start over: npx baseload run ${dataset}`;
  const shapeAgain = `Read below why records were quarantined, mend the columns in the source file or raise maxQuarantinedRatio, and shape the pages again without asking the source: npx baseload replay ${dataset} --run ${runId}`;
  const moved = movedAdvice(facts, result);
  const twice =
    'Records came more than once: sort the request by a unique field, or add a column to the key that tells them apart. Then start over.';
  const advice: Readonly<Record<CheckName, string | undefined>> = {
    definition: `The dataset was changed while the run was under way. ${startOver}`,
    ranges: startOver,
    pages: startOver,
    'records-accounted':
      'Some records are neither in the table nor in quarantine, which must not happen: keep this run for examination, and report it.',
    'source-total': isShortByHole(facts) ? undefined : moved,
    drift: moved,
    'unique-keys': twice,
    'key-ranges': twice,
    'repeated-pages':
      'The source gave one page for two: check how the dataset asks for pages. Then start over.',
    checksums:
      'Objects in the lake are not what the run wrote: find out who else writes there. Then start over.',
    quarantine: shapeAgain,
    'given-up': `What was given up is not in the table. To have it: npx baseload run ${dataset}`,
    shrink: `Far less came than readers have. Find out whether the source lost records or the request leaves them out, then start over. If so few are right, raise verification.maxShrink in the source file, and publish what was loaded without asking the source: npx baseload replay ${dataset} --run ${runId}`,
    base: `What the table lacked before it still lacks. Load everything to have it: npx baseload run ${dataset}`,
  };
  const checks = verification?.checks.filter(({ outcome }) => outcome === result) ?? [];
  const found = checks.flatMap(({ name }) => advice[name] ?? []);
  return [...new Set(found.length === 0 && result === 'failed' ? [startOver] : found)];
}

/** What to do where the source changed or where records are missing of its total; a shortfall that was accepted needs no policy any more. */
function movedAdvice({ outcome }: ReportFacts, result: 'warned' | 'failed'): string {
  const drift = outcome.state === 'failed' ? undefined : outcome.manifest.drift;
  const policy =
    result === 'warned'
      ? ''
      : ' If a small shortfall is acceptable, say so in the source file (verification.ifShort and tolerance).';
  if (drift !== undefined && !hasChanged(drift)) {
    return `The source gave other records than it counts, though it stood still: check what the request asks for, and how it pages, then start over.${policy}`;
  }
  const what = drift === undefined ? ', or gave fewer records than it counts' : '';
  return `The source changed while it was read${what}: start over at a quieter time, sort the request by a unique field, or allow more looks (verification.looks).${policy}`;
}

/** Whether what is missing of the source's total is no more than the ranges may hold that were given up. */
function isShortByHole({ verification, outcome }: ReportFacts): boolean {
  if (outcome.state === 'failed') return false;
  const check = verification?.checks.find(({ name }) => name === 'source-total');
  const own = outcome.manifest.givenUp.filter(({ look }) => look === undefined);
  if (check?.expected === undefined || check.found === undefined || own.length === 0) return false;
  const sizes = outcome.plan.sequences.map((sequence) =>
    sequence.type === 'pages' ? sequence.pagesPerRange * sequence.pageSize : Number.POSITIVE_INFINITY,
  );
  const most = own.length * sizes.reduce((one, other) => Math.max(one, other), 0);
  return check.found < check.expected && check.expected - check.found <= most;
}

/** The sentence of a run's title bar. */
export function documentTitle({ outcome }: ReportFacts, { title }: Verdict): string {
  return `${title} · ${outcome.plan.source}/${outcome.plan.dataset}`;
}

/** Rows of the run's table, without those that a later one with their key replaces. */
export function inTable({ outcome, sums }: ReportFacts): number {
  return sums.staged - (outcome.state === 'failed' ? 0 : outcome.manifest.counts.repeated);
}
