import { join } from 'node:path';
import { Command } from 'commander';
import { PermanentError } from '../core/errors';
import { type Claim, readClaim } from '../core/run/claim';
import type { Lake } from '../core/run/ports';
import { type Pointer, readPointer } from '../core/run/publish/pointer';
import type { Dataset, Schedule, Source } from '../core/source/source';
import type { EnvironmentName } from '../lambda/environment';
import { lakeFolder } from '../local/lake-folder';
import { environmentOption, inEnvironment } from './environment/open-environment';
import { ago, counted } from './format';
import { describePages, describeSlices } from './load/describe-pages';
import { dataFolder } from './project';
import { readSources } from './sources/find-dataset';
import { readLocalSources } from './sources/local-settings';
import { tableLines } from './table';

export interface ListOptions {
  readonly json?: boolean;
  readonly env: EnvironmentName;
}

/** `baseload list`: what is declared, and what of it is published. */
export function listCommand(): Command {
  return new Command('list')
    .description('list the datasets, their limits and schedules, and what of them is loaded and published')
    .addOption(environmentOption())
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  npx baseload list --json')
    .action((options: ListOptions) => list(options));
}

/** What a lake says of a dataset. */
interface Loaded {
  readonly open: Claim | undefined;
  readonly published: Pointer | undefined;
  /** Which document of it cannot be read, and what to do. */
  readonly unreadable?: string | undefined;
}

/** Prints one line, or one JSON object, per dataset; exit code 1 where a document of one cannot be read. */
export async function list({ json = false, env }: ListOptions): Promise<void> {
  const sources = env === 'local' ? readLocalSources() : readSources();
  const declared = sources.flatMap(({ source }) => source.datasets.map((dataset) => ({ source, dataset })));
  const datasets = await withLake(env, async (lake) => {
    const described: ReturnType<typeof describe>[] = [];
    for (const { source, dataset } of declared) {
      const name = { source: source.name, dataset: dataset.name };
      const loaded = lake ? await readLoaded(lake, name) : { open: undefined, published: undefined };
      described.push(describe(source, dataset, loaded, env));
    }
    return described;
  });
  const unreadable = datasets.filter((dataset) => dataset.unreadable !== undefined);
  if (unreadable.length > 0) process.exitCode = 1;
  if (json) return console.log(JSON.stringify(datasets, null, 2));
  const now = new Date();
  const rows = datasets.map((dataset) => [
    dataset.name,
    stateText(dataset),
    dataset.published
      ? `${counted(dataset.published.records, 'record')}, ${ago(dataset.published.publishedAt, now)}`
      : dataset.unreadable === undefined
        ? 'nothing yet'
        : '',
    `${dataset.requestsPerSecond}/s × ${counted(dataset.lanes, 'lane')}`,
    dataset.pages,
    whenText(dataset),
    dataset.description ?? '',
  ]);
  const names = ['dataset', 'state', 'last published', 'limit', 'pages', 'schedule', 'description'];
  const columns = names.map((name) => ({ name }));
  for (const line of tableLines(columns, rows)) console.log(line);
  for (const { name, unreadable: problem } of unreadable) console.log(`\n${name}: ${problem}`);
}

/** What a lake says of a dataset, as far as its documents can be read. */
export async function readLoaded(
  lake: Pick<Lake, 'get'>,
  name: { readonly source: string; readonly dataset: string },
): Promise<Loaded> {
  const [open, published] = await Promise.allSettled([readClaim(lake, name), readPointer(lake, name)]);
  const problems = [open, published].flatMap((read) => (read.status === 'rejected' ? [read.reason] : []));
  for (const problem of problems) if (!(problem instanceof PermanentError)) throw problem;
  return {
    open: open.status === 'fulfilled' ? open.value : undefined,
    published: published.status === 'fulfilled' ? published.value : undefined,
    unreadable: problems.length > 0 ? problems.map(({ message }) => message).join('; ') : undefined,
  };
}

function stateText({ open, published, unreadable }: ReturnType<typeof describe>): string {
  if (unreadable !== undefined) return 'unreadable';
  if (open) return `run ${open.runId} is open`;
  return published ? 'published' : 'never loaded';
}

/** What is declared can be listed before anything has been loaded on this machine. */
function withLake<T>(env: EnvironmentName, work: (lake: Lake | undefined) => Promise<T>): Promise<T> {
  if (env === 'local' && lakeFolder(dataFolder) === undefined) return work(undefined);
  return inEnvironment(env, 'read', ({ lake }) => work(lake));
}

function describe(
  source: Source,
  dataset: Dataset,
  { open, published, unreadable }: Loaded,
  env: EnvironmentName,
) {
  const { schedule, incremental } = dataset;
  return {
    name: `${source.name}/${dataset.name}`,
    description: dataset.description,
    url: source.baseUrl + dataset.request.path,
    requestsPerSecond: source.limits.requestsPerSecond,
    lanes: source.limits.lanes,
    pages: describePages(dataset),
    pagination: dataset.pagination.type,
    slices: dataset.slices.map(describeSlices),
    schedule: schedule && scheduleText(schedule),
    /** How what changed since the published run can be loaded; absent where only everything can. */
    incremental: incremental && {
      query: incremental.query,
      schedule: incremental.schedule && scheduleText(incremental.schedule),
    },
    columns: Object.keys(dataset.columns),
    /** The run that is loading it. */
    open: open && { runId: open.runId, claimedAt: open.claimedAt },
    published: published && publishedRun(published, env),
    unreadable,
  };
}

function scheduleText({ weekDays, hour, minute, timeZone }: Schedule): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${weekDays?.join(',') ?? 'daily'} ${two(hour)}:${two(minute)} ${timeZone}`;
}

/** When a dataset is loaded by itself: all of it, and what has changed. */
function whenText({ schedule, incremental }: ReturnType<typeof describe>): string {
  const changes = incremental && `changes ${incremental.schedule ?? 'by hand'}`;
  return [schedule ?? 'by hand', ...(changes ? [changes] : [])].join('; ');
}

function publishedRun({ runId, records, publishedAt, watermark, location }: Pointer, env: EnvironmentName) {
  const lake = env === 'local' ? lakeFolder(dataFolder) : undefined;
  return { runId, records, publishedAt, watermark, location, folder: lake && join(lake, location) };
}
