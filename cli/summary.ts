import { join, relative } from 'node:path';
import { stagePrefix } from '../core/run/keys';
import type { Manifest } from '../core/run/manifest';
import type { Dataset, Source } from '../core/source/source';
import { lakeFolder } from '../local/lake-folder';
import { Finding } from './fail';
import { bytes, count, counted, duration } from './format';
import type { LoadOutcome } from './load-locally';
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
      `${name} was not published:\n${manifest.problems.map((problem) => `  ${problem}`).join('\n')}\nReaders still see what they saw before. ${ownCommand()} starts a new run.`,
    );
  }
  if (context.json) return;
  console.log(
    manifest.subset
      ? `\nLoaded a trial of ${name}: verified, and not published because it is only a part.\n`
      : `\nPublished ${name}: ${claim(manifest)}.\n`,
  );
  for (const [label, value] of summaryLines(facts)) console.log(`  ${label.padEnd(12)} ${value}`);
  await printSample(manifest, folder);
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
    published: manifest.problems.length === 0 && !manifest.subset,
    problems: manifest.problems,
    records: manifest.counts.staged,
    /** Absent where the source does not say. */
    total: manifest.total,
    pages: manifest.counts.pages,
    ranges: manifest.counts.ranges,
    quarantined: manifest.counts.quarantined,
    bytesIn: manifest.counts.bytesReceived,
    bytesOut: manifest.counts.bytesStaged,
    requests,
    throttled: tally.of('Throttled'),
    retries: tally.of('Retries'),
    requestsPerSecond: requestRate(manifest, startedAt),
    limit: Number(context[`${source.name}:requestsPerSecond`] ?? source.limits.requestsPerSecond),
    seconds,
    folder,
  };
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

/** What a summary shows, label and value. */
export function summaryLines(facts: ReturnType<typeof summaryFacts>): [string, string][] {
  const retries = facts.retries > 0 ? `, ${count(facts.retries)} retried` : '';
  return [
    [
      'records',
      facts.total === undefined
        ? `${count(facts.records)}; the source gives no total`
        : `${count(facts.records)} of ${count(facts.total)}`,
    ],
    ['pages', `${count(facts.pages)} in ${counted(facts.ranges, 'range')}`],
    ['quarantined', count(facts.quarantined)],
    ['bytes', `${bytes(facts.bytesIn)} in, ${bytes(facts.bytesOut)} out as Parquet`],
    [
      'requests',
      `${count(facts.requests)}, ${facts.requestsPerSecond.toFixed(1)}/s of ${facts.limit}/s allowed, ${count(facts.throttled)} throttled${retries}`,
    ],
    ['elapsed', duration(facts.seconds)],
    ['files', relative(process.cwd(), facts.folder)],
  ];
}

/** Three records, through the same query that `baseload query` runs. */
async function printSample(
  run: { source: string; dataset: string; subset: boolean },
  folder: string,
): Promise<void> {
  const view = { source: run.source, dataset: run.dataset, folder: `${folder}/` };
  const table = run.dataset.replaceAll('-', '_');
  const result = await runQuery(`select * from ${table} limit 3`, [view]);
  console.log(`\n  select * from ${table} limit 3\n`);
  for (const line of resultLines(result)) console.log(`  ${line}`);
  if (run.subset) return;
  console.log(`\nAsk it anything: npx baseload query "select count(*) from ${table}"`);
}
