import { Command, Option } from 'commander';
import { PermanentError } from '../core/errors';
import { type DatasetMonth, monthOf, runsPerMonth } from '../core/forecast/monthly';
import { priceRegion, pricesAsOf } from '../core/forecast/prices';
import { type CostItem, standingItems } from '../core/forecast/standing';
import type { Lake } from '../core/run/ports';
import type { Source } from '../core/source/source';
import { type EnvironmentName, environmentNames } from '../lambda/environment';
import { lakeFolder } from '../local/lake-folder';
import type { Template } from '../local/template/assembly';
import { costLines } from './cost/cost-lines';
import { type LastRun, lastRunOf } from './cost/last-run';
import { readStanding } from './cost/read-standing';
import { templatesOf } from './cost/synthesize-environment';
import { inEnvironment } from './environment/open-environment';
import { dataFolder } from './project';
import { readSources } from './sources/find-dataset';

type DeployedName = Exclude<EnvironmentName, 'local'>;

export interface CostOptions {
  readonly env: DeployedName;
  readonly runsOf: EnvironmentName;
  readonly json?: boolean;
}

/** A dataset's part of what an environment costs. */
export interface DatasetCost {
  /** 'geonames/cities'. */
  readonly name: string;
  /** What its runs are taken to be like; absent where none is published. */
  readonly run?: LastRun;
  readonly month?: DatasetMonth;
  /** Which document of the run cannot be read, and what to do. */
  readonly unreadable?: string;
}

/** What an environment costs, in dollars. */
export interface EnvironmentCost {
  readonly environment: DeployedName;
  /** Whose lake says what runs do. */
  readonly runsOf: EnvironmentName;
  readonly region: string;
  readonly pricesAsOf: string;
  /** Each month, whether or not anything is loaded. */
  readonly atRest: readonly CostItem[];
  readonly datasets: readonly DatasetCost[];
  readonly month: { readonly atRest: number; readonly total: number };
}

/** `baseload cost`: what an environment costs a month, at rest and with its schedules. */
export function costCommand(): Command {
  const deployed = environmentNames.filter((name) => name !== 'local');
  return new Command('cost')
    .description('what an environment costs on AWS: at rest, each run, and a month with its schedules')
    .addOption(
      new Option('--env <name>', 'the environment, as it would be deployed now')
        .choices(deployed)
        .default('prod'),
    )
    .addOption(
      new Option('--runs-of <name>', 'the environment whose lake says what runs do')
        .choices([...environmentNames])
        .default('local'),
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nWhat stands is counted in the templates, which need no account. What a run costs is reckoned from what the last published run of each\ndataset did, here or, with --runs-of prod, there. Prices are list prices: docs/cost.md.\n\nExample:\n  npx baseload cost --env prod',
    )
    .action((options: CostOptions) => cost(options));
}

/** Prints what an environment costs; the exit code is 1 where the documents of a run cannot be read. */
export async function cost({ env, runsOf, json = false }: CostOptions): Promise<void> {
  const sources = readSources().map(({ source }) => source);
  const templates = await templatesOf(env);
  const found = await withLake(runsOf, (lake) => environmentCost({ env, runsOf, sources, templates }, lake));
  if (json) console.log(JSON.stringify(found, null, 2));
  else for (const line of costLines(found)) console.log(line);
  if (found.datasets.some(({ unreadable }) => unreadable !== undefined)) process.exitCode = 1;
}

/** What an environment costs of which there are these templates, with runs like those in that lake. */
export async function environmentCost(
  {
    env,
    runsOf,
    sources,
    templates,
  }: Pick<CostOptions, 'env' | 'runsOf'> & {
    readonly sources: readonly Source[];
    readonly templates: readonly Template[];
  },
  lake: Pick<Lake, 'get' | 'list'> | undefined,
): Promise<EnvironmentCost> {
  const deployed = readStanding(env, sources, templates);
  const atRest = standingItems(deployed.standing, deployed.reconcile);
  const datasets: DatasetCost[] = [];
  for (const source of sources) {
    for (const dataset of source.datasets) {
      const name = `${source.name}/${dataset.name}`;
      const run =
        lake && (await lastRunOf(source, dataset, lake, deployed.sizesOf(source.name)).catch(problemOf));
      if (typeof run === 'string') {
        datasets.push({ name, unreadable: run });
        continue;
      }
      const settings = {
        runs: deployed.loadsByItself(name) ? runsPerMonth(dataset) : 0,
        keepRuns: dataset.keepRuns,
        isPrivate: source.network === 'private',
        keeping: deployed.keeping,
      };
      datasets.push(run ? { name, run, month: monthOf(run, settings) } : { name });
    }
  }
  const resting = atRest.reduce((sum, { dollars }) => sum + dollars, 0);
  const total = datasets.reduce((sum, { month }) => sum + (month?.total ?? 0), resting);
  return {
    ...{ environment: env, runsOf, region: priceRegion, pricesAsOf },
    ...{ atRest, datasets, month: { atRest: resting, total } },
  };
}

/** One run whose documents are not of this version does not hide what everything else costs. */
function problemOf(error: unknown): string {
  if (error instanceof PermanentError) return error.message;
  throw error;
}

/** What stands costs the same before anything has been loaded on this machine. */
function withLake<T>(name: EnvironmentName, work: (lake: Lake | undefined) => Promise<T>): Promise<T> {
  if (name === 'local' && lakeFolder(dataFolder) === undefined) return work(undefined);
  return inEnvironment(name, 'read', ({ lake }) => work(lake));
}
