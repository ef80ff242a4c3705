import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { reportKey, stagePrefix } from '../../core/run/keys';
import type { Manifest } from '../../core/run/verify/manifest';
import type { Dataset, Source } from '../../core/source/source';
import { lakeFolder } from '../../local/lake-folder';
import { Finding } from '../fail';
import { bytes, count, counted, duration } from '../format';
import { dataFolder, ownCommand } from '../project';
import { resultLines, runQuery } from '../query';
import { quarantineWays } from '../status/what-to-do';
import type { LoadOutcome } from './load-locally';
import { observationLines } from './observation-lines';
import { rateOf } from './request-rate';
import type { Tally } from './tally';

type Complete = Extract<LoadOutcome, { state: 'complete' }>;

export interface SummaryContext {
  readonly source: Source;
  readonly dataset: Dataset;
  readonly tally: Tally;
  readonly json?: boolean;
}

/** Says how a run ended: what was loaded, whether it is complete, where it is. A Finding when it was refused. */
export async function printSummary(outcome: Complete, context: SummaryContext): Promise<void> {
  const { manifest, problems, quarantine } = outcome;
  const name = `${manifest.source}/${manifest.dataset}`;
  const facts = summaryFacts(outcome, context, lakeFolder(dataFolder) ?? dataFolder);
  if (context.json) console.log(JSON.stringify(facts, null, 2));
  if (problems.length > 0) {
    const report = facts.report === undefined ? '' : `\n${relative(process.cwd(), facts.report)} tells all.`;
    throw new Finding(
      `${name} was not published:\n${problemLines(problems, process.stderr.columns).join('\n')}\nReaders still see what they saw before. ${nextAfterRefusal(manifest, quarantine)}${report}`,
    );
  }
  if (context.json) return;
  console.log(`\n${headline(facts, manifest)}\n`);
  for (const [label, value] of summaryLines(facts, context.dataset))
    console.log(`  ${label.padEnd(12)} ${value}`);
  await printSample(manifest, facts.folder);
}

/** What to do after a refusal, in sentences. */
export function nextAfterRefusal(
  { source, dataset }: Pick<Manifest, 'source' | 'dataset'>,
  quarantine: Complete['quarantine'],
): string {
  if (!quarantine) return `${ownCommand()} starts a new run.`;
  const ways = quarantineWays({ source, dataset, ...quarantine }, 'local');
  return ways.map((way) => `${way.charAt(0).toUpperCase()}${way.slice(1)}.`).join(' ');
}

/** What became of a run that does not fall short, or not by more than its policy allows. */
export function headline(
  { source, dataset, runId, superseded, warnings }: SummaryFacts,
  manifest: Pick<Manifest, 'subset' | 'total'>,
): string {
  const name = `${source}/${dataset}`;
  if (manifest.subset)
    return `Loaded a trial of ${name}: verified, and not published because it is only a part.`;
  if (superseded !== undefined)
    return `Loaded ${name}: ${claim(manifest)}. Not published: readers see run ${superseded}, which is newer than ${runId}.`;
  if (warnings.length > 0) return `Published ${name} with ${counted(warnings.length, 'warning')}: see below.`;
  return `Published ${name}: ${claim(manifest)}.`;
}

/** Why a run was refused, each reason of a sentence on a line of its own; broken at `width`, unless nobody knows it, as in a file. */
export function problemLines(problems: readonly string[], width = Number.POSITIVE_INFINITY): string[] {
  return problems.flatMap((problem) => {
    const [sentence = '', ...reasons] = problem.split(
      /(?<=:) (?=[\d,]+ × )|(?<=;) (?=[\d,]+ × |and [\w,]+ more reasons?$)/,
    );
    return [...wrapped(sentence, 2, width), ...reasons.flatMap((reason) => wrapped(reason, 4, width))];
  });
}

/** A text in lines of at most `width`, but for words that are longer; all but the first stand two further in. */
function wrapped(text: string, indent: number, width: number): string[] {
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  for (const word of text.split(' ')) {
    const isEmpty = line.trim() === '';
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `${' '.repeat(indent + 2)}${word}`;
    } else line = isEmpty ? line + word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** What has been proved: without a total, nobody but the source knows whether there is more. */
export function claim({ total }: Pick<Manifest, 'total'>): string {
  if (total !== undefined) return 'complete and verified';
  return 'every page that the source named, no key twice; it gives no total to hold that against';
}

/** The numbers of a summary. `lake` is the folder of the local lake. */
export function summaryFacts(
  { manifest, problems, pointer, seconds, asked }: Complete,
  { source, tally }: SummaryContext,
  lake: string,
) {
  const { counts } = manifest;
  const limit = source.limits.requestsPerSecond;
  const fine = problems.length === 0 && !manifest.subset;
  const published = fine && pointer?.runId === manifest.runId ? pointer : undefined;
  const report = join(lake, reportKey(manifest));
  return {
    source: manifest.source,
    dataset: manifest.dataset,
    runId: manifest.runId,
    /** The run whose raw pages were shaped anew; absent where the source was asked. */
    replayOf: manifest.replayOf?.runId,
    /** ISO 8601: only what changed since was asked for; absent where everything was. */
    since: manifest.increment?.since,
    published: published !== undefined,
    /** The newer run that readers see, where that is why this one is not published. */
    superseded: fine && !published ? pointer?.runId : undefined,
    problems,
    warnings: manifest.warnings,
    /** How the source changed while it was read; absent where it was not looked at again. */
    drift: manifest.drift,
    /** Rows of the table that readers see; of a run that is not published, rows it would have. */
    records: published?.records ?? counts.staged - counts.repeated,
    /** Absent where the source does not say. */
    total: manifest.total,
    pages: counts.pages,
    ranges: counts.ranges,
    /** Records in the pages; records + repeated + quarantined + filtered = received + added, but for what an increment is merged into. */
    received: counts.received,
    added: counts.added,
    /** Rows that were left out because one with their key was seen later. */
    repeated: counts.repeated,
    quarantined: counts.quarantined,
    filtered: counts.filtered,
    /** What was noticed about the records: reasons, rules, unknown and missing fields. */
    observations: manifest.observations,
    bytesIn: counts.bytesReceived,
    bytesOut: published?.bytes ?? counts.bytesStaged,
    format: formatName(manifest),
    requests: tally.of('Requests'),
    throttled: tally.of('Throttled'),
    retries: tally.of('Retries'),
    /** Of this session; 0 where it asked for too little to speak of a rate. */
    requestsPerSecond: rateOf(asked, { requestsPerSecond: limit, burst: source.limits.burst }),
    limit,
    seconds,
    folder: join(lake, published?.location ?? stagePrefix(manifest)),
    /** File for people that tells all; absent where it could not be written. */
    report: existsSync(report) ? report : undefined,
  };
}

export type SummaryFacts = ReturnType<typeof summaryFacts>;

function formatName({ extension }: Pick<Manifest, 'extension'>): string {
  if (extension === 'parquet') return 'Parquet';
  return extension.startsWith('jsonl') ? 'JSON lines' : 'CSV';
}

/** What a summary shows, label and value; of records, only what there is to say. */
export function summaryLines(facts: SummaryFacts, dataset: Dataset): [string, string][] {
  const { warnings, drift, since, report } = facts;
  return [
    ...warnings.map((warning): [string, string] => ['warning', warning]),
    ['records', recordsLine(facts)],
    ...(since === undefined ? [] : [changedLine(facts, since)]),
    ['pages', `${count(facts.pages)} in ${counted(facts.ranges, 'range')}`],
    ...(drift ? [['drift', drift.sentence] satisfies [string, string]] : []),
    ...observationLines(facts, dataset),
    ['bytes', `${bytes(facts.bytesIn)} in, ${bytes(facts.bytesOut)} out as ${facts.format}`],
    ['requests', requestsLine(facts)],
    ['elapsed', duration(facts.seconds)],
    ['files', relative(process.cwd(), facts.folder)],
    ...(report === undefined ? [] : [['report', relative(process.cwd(), report)] satisfies [string, string]]),
  ];
}

function changedLine({ received }: SummaryFacts, since: string): [string, string] {
  return ['changed', `${counted(received, 'record')} since ${since}, merged into the table`];
}

function requestsLine(facts: SummaryFacts): string {
  if (facts.replayOf !== undefined) return `none: the raw pages of run ${facts.replayOf} were shaped anew`;
  const retries = facts.retries > 0 ? `, ${count(facts.retries)} retried` : '';
  // A session that only looked again, or only published, has none.
  const rate = facts.requestsPerSecond > 0 ? `${facts.requestsPerSecond.toFixed(1)}/s of ` : '';
  return `${count(facts.requests)}, ${rate}${facts.limit}/s allowed, ${count(facts.throttled)} throttled${retries}`;
}

/** A total counts records, which are no rows where explode or transform made several of one; of an increment it counts what changed. */
function recordsLine({ records, received, added, repeated, total, since }: SummaryFacts): string {
  if (since !== undefined) return `${count(records)} in the table`;
  const again = repeated > 0 ? `; ${counted(repeated, 'row')} seen twice, the last of them kept` : '';
  const ofTotal = total === undefined ? '; the source gives no total' : ` of ${count(total)}`;
  if (added === 0) return `${count(records)}${ofTotal}${again}`;
  return `${counted(records, 'row')}, made from ${count(received)}${ofTotal}${total === undefined ? '' : ' records'}${again}`;
}

/** Three records, through the same query that `baseload query` runs. */
async function printSample(run: Manifest, folder: string): Promise<void> {
  const view = { ...run, folder: folder.endsWith('/') ? folder : `${folder}/` };
  const table = run.dataset.replaceAll('-', '_');
  const result = await runQuery(`select * from ${table} limit 3`, [view]);
  console.log(`\n  select * from ${table} limit 3\n`);
  for (const line of resultLines(result)) console.log(`  ${line}`);
  if (run.subset) return;
  console.log(`\nAsk it anything: npx baseload query "select count(*) from ${table}"`);
}
