import { join, relative } from 'node:path';
import { stagePrefix } from '../core/run/keys';
import type { Manifest } from '../core/run/manifest';
import type { Dataset, Source } from '../core/source/source';
import { lakeFolder } from '../local/lake-folder';
import { Finding } from './fail';
import { bytes, count, counted, duration } from './format';
import type { LoadOutcome } from './load-locally';
import { observationLines } from './observation-lines';
import { dataFolder, ownCommand } from './project';
import { resultLines, runQuery } from './query';
import type { Tally } from './tally';

type Complete = Extract<LoadOutcome, { state: 'complete' }>;

export interface SummaryContext {
  readonly source: Source;
  readonly dataset: Dataset;
  readonly tally: Tally;
  readonly context?: Readonly<Record<string, string>>;
  readonly json?: boolean;
}

/** Says how a run ended: what was loaded, whether it is complete, where it is. A Finding when it was refused. */
export async function printSummary(outcome: Complete, context: SummaryContext): Promise<void> {
  const { manifest } = outcome;
  const name = `${manifest.source}/${manifest.dataset}`;
  const folder = join(lakeFolder(dataFolder) ?? dataFolder, stagePrefix(manifest));
  const facts = summaryFacts(outcome, context, folder);
  if (context.json) console.log(JSON.stringify(facts, null, 2));
  if (manifest.problems.length > 0) {
    throw new Finding(
      `${name} was not published:\n${problemLines(manifest.problems, process.stderr.columns).join('\n')}\nReaders still see what they saw before. ${ownCommand()} starts a new run.`,
    );
  }
  if (context.json) return;
  console.log(
    manifest.subset
      ? `\nLoaded a trial of ${name}: verified, and not published because it is only a part.\n`
      : `\nPublished ${name}: ${claim(manifest)}.\n`,
  );
  for (const [label, value] of summaryLines(facts, context.dataset))
    console.log(`  ${label.padEnd(12)} ${value}`);
  await printSample(manifest, folder);
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

/** The numbers of a summary. */
export function summaryFacts(
  { manifest, seconds, startedAt }: Complete,
  { source, tally, context = {} }: SummaryContext,
  folder: string,
) {
  const requests = tally.of('Requests');
  return {
    source: manifest.source,
    dataset: manifest.dataset,
    runId: manifest.runId,
    /** The run whose raw pages were shaped anew; absent where the source was asked. */
    replayOf: manifest.replayOf?.runId,
    published: manifest.problems.length === 0 && !manifest.subset,
    problems: manifest.problems,
    records: manifest.counts.staged,
    /** Absent where the source does not say. */
    total: manifest.total,
    pages: manifest.counts.pages,
    ranges: manifest.counts.ranges,
    /** Records in the pages; records + quarantined + filtered = received + added. */
    received: manifest.counts.received,
    added: manifest.counts.added,
    quarantined: manifest.counts.quarantined,
    filtered: manifest.counts.filtered,
    /** What was noticed about the records: reasons, rules, unknown and missing fields. */
    observations: manifest.observations,
    bytesIn: manifest.counts.bytesReceived,
    bytesOut: manifest.counts.bytesStaged,
    format: formatName(manifest),
    requests,
    throttled: tally.of('Throttled'),
    retries: tally.of('Retries'),
    requestsPerSecond: requestRate(manifest, startedAt),
    limit: Number(context[`${source.name}:requestsPerSecond`] ?? source.limits.requestsPerSecond),
    seconds,
    folder,
  };
}

function formatName({ extension }: Pick<Manifest, 'extension'>): string {
  if (extension === 'parquet') return 'Parquet';
  return extension.startsWith('jsonl') ? 'JSON lines' : 'CSV';
}

/** Requests per second from the first request of this session to the last, by the receipts of its ranges. */
function requestRate({ objects }: Manifest, startedAt: Date): number {
  const receipts = objects.map(({ receipt }) => receipt);
  const ours = receipts.filter(({ fetchedAt }) => Date.parse(fetchedAt) >= startedAt.getTime());
  const first = Math.min(...ours.map(({ fetchedAt }) => Date.parse(fetchedAt)));
  const last = Math.max(
    ...ours.map(({ fetchedAt, fetchMilliseconds }) => Date.parse(fetchedAt) + fetchMilliseconds),
  );
  const requests = ours.reduce((sum, receipt) => sum + receipt.requests, 0);
  return ours.length > 0 ? requests / Math.max(0.001, (last - first) / 1000) : 0;
}

/** What a summary shows, label and value; of records, only what there is to say. */
export function summaryLines(facts: ReturnType<typeof summaryFacts>, dataset: Dataset): [string, string][] {
  return [
    ['records', recordsLine(facts)],
    ['pages', `${count(facts.pages)} in ${counted(facts.ranges, 'range')}`],
    ...observationLines(facts, dataset),
    ['bytes', `${bytes(facts.bytesIn)} in, ${bytes(facts.bytesOut)} out as ${facts.format}`],
    ['requests', requestsLine(facts)],
    ['elapsed', duration(facts.seconds)],
    ['files', relative(process.cwd(), facts.folder)],
  ];
}

function requestsLine(facts: ReturnType<typeof summaryFacts>): string {
  if (facts.replayOf !== undefined) return `none: the raw pages of run ${facts.replayOf} were shaped anew`;
  const retries = facts.retries > 0 ? `, ${count(facts.retries)} retried` : '';
  const rate = `${facts.requestsPerSecond.toFixed(1)}/s of ${facts.limit}/s allowed`;
  return `${count(facts.requests)}, ${rate}, ${count(facts.throttled)} throttled${retries}`;
}

/** A total counts records, which are no rows where explode or transform made several of one. */
function recordsLine({ records, received, added, total }: ReturnType<typeof summaryFacts>): string {
  const ofTotal = total === undefined ? '; the source gives no total' : ` of ${count(total)}`;
  if (added === 0) return `${count(records)}${ofTotal}`;
  return `${count(records)} rows, made from ${count(received)}${ofTotal}${total === undefined ? '' : ' records'}`;
}

/** Three records, through the same query that `baseload query` runs. */
async function printSample(run: Manifest, folder: string): Promise<void> {
  const view = { ...run, folder: `${folder}/` };
  const table = run.dataset.replaceAll('-', '_');
  const result = await runQuery(`select * from ${table} limit 3`, [view]);
  console.log(`\n  select * from ${table} limit 3\n`);
  for (const line of resultLines(result)) console.log(`  ${line}`);
  if (run.subset) return;
  console.log(`\nAsk it anything: npx baseload query "select count(*) from ${table}"`);
}
