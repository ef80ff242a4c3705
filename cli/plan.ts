import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { type Forecast, forecast } from '../core/forecast/forecast';
import type { Probe } from '../core/forecast/probe';
import { parametersOfAll } from '../core/plan/make-plan';
import type { Increment } from '../core/plan/plan';
import { planIncrement } from '../core/run/plan/plan-increment';
import type { Lake } from '../core/run/ports';
import { readPointer } from '../core/run/publish/pointer';
import { refuseUnshapeable } from '../core/shape/unshapeable';
import type { Dataset, Source } from '../core/source/source';
import type { EnvironmentName } from '../lambda/environment';
import { lakeFolder } from '../local/lake-folder';
import { environmentOption, openEnvironment } from './environment/open-environment';
import { Finding, Stopped } from './fail';
import { count, counted } from './format';
import { stopSignal } from './load/stop-signal';
import { forecastLines } from './plan/forecast-lines';
import { probePages } from './plan/probe-pages';
import { shapeProbe } from './plan/shape-probe';
import { folderLake } from './preview/folder-lake';
import { previewSecrets } from './preview/preview-secrets';
import { openSource } from './preview/preview-source';
import { dataFolder } from './project';
import { companionOf } from './sample-api';
import { findDataset } from './sources/find-dataset';
import { checkSecrets, localSecrets } from './sources/local-secrets';
import { readLocalSources } from './sources/local-settings';
import { printingToStderr } from './sources/prints-of-sources';
import { atLeast } from './whole-number';

export interface PlanOptions {
  readonly pages: number;
  readonly quota?: number;
  readonly incremental?: boolean;
  readonly env: EnvironmentName;
  readonly json?: boolean;
}

/** `baseload plan`: what a run of a dataset will take, before it is run. */
export function planCommand(): Command {
  return new Command('plan')
    .description(
      'fetch a few pages of a dataset and forecast what a run will take: requests, time, bytes, dollars; loads nothing',
    )
    .argument('<dataset>', 'its name, such as cities or geonames/cities')
    .option('--pages <n>', 'pages to look at, spread over the dataset', atLeast(1), 3)
    .option('--quota <n>', 'requests that the source allows a day', atLeast(1))
    .option('--incremental', 'forecast a load of what changed since the published run')
    .addOption(environmentOption())
    .option('--json', 'print everything as JSON')
    .addHelpText(
      'after',
      '\nThe pages are asked for from here, with the credentials of this machine; --env says whose lake tells what is published: the\nslices that are records of another dataset, and since when --incremental asks. Of a dataset that is cut into slices, the beginnings of n of them. Ends with 1 where the quota of a day is known\nnot to be enough.\n\nExample:\n  npx baseload plan cities --quota 10000',
    )
    .action((name: string, options: PlanOptions) => plan(name, options));
}

/** Prints a forecast; a Finding says that the quota is not enough. */
export async function plan(name: string, options: PlanOptions): Promise<void> {
  const { source, dataset } = findDataset(name, readLocalSources());
  const secret = localSecrets();
  checkSecrets(source, secret);
  await refuseUnshapeable(source, dataset, tmpdir());
  const { probe, increment } = await printingToStderr(() => look({ source, dataset, ...options }, secret));
  const told = forecast(probe, source, dataset, { quota: options.quota, increment, now: new Date() });
  if (options.json) console.log(JSON.stringify({ ...told, probe: asJson(probe) }, null, 2));
  else for (const line of forecastLines(told, probe)) console.log(line);
  if (told.quota?.exceeded) throw new Finding(conclusion(told.quota, told, probe));
  const what = increment ? ' --incremental' : '';
  if (!options.json) console.log(`\nNext: npx baseload run ${name}${what}`);
}

/** Without a name for each of 100,000 slices. */
function asJson({ slices, ...probe }: Probe) {
  return { ...probe, slices: slices.length };
}

function conclusion(
  { perDay, days, advice }: NonNullable<Forecast['quota']>,
  { requests }: Forecast,
  probe: Pick<Probe, 'requests'>,
): string {
  const takes = days === undefined ? '' : `, which is that of ${counted(days.likely, 'day')}`;
  return `\nA run takes ${counted(requests.likely, 'request')}${takes} at a quota of ${count(perDay)} a day; this forecast took ${count(probe.requests)} of today's. ${sentence(advice ?? 'have the quota raised')}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

interface PlanRequest extends PlanOptions {
  readonly source: Source;
  readonly dataset: Dataset;
}

/** What a few pages told, and since when the source was asked. */
interface Looked {
  readonly probe: Probe;
  readonly increment: Increment | undefined;
}

/** Asks the source, with a temporary folder and, for the sample source, its API; both are gone afterwards. */
async function look(
  { source, dataset, pages, env, incremental = false }: PlanRequest,
  secret: (secretId: string) => string | undefined,
): Promise<Looked> {
  const stop = stopSignal();
  const folder = await mkdtemp(join(tmpdir(), 'baseload-plan-'));
  const opened: { close(): Promise<void> }[] = [];
  try {
    const { lake, close } = await lakeOf(env);
    opened.push({ close });
    const increment = incremental ? await incrementOf(source, dataset, lake) : undefined;
    const companion = await companionOf(source)?.();
    if (companion) opened.push(companion);
    const secrets = previewSecrets(secret, dataFolder);
    const asked = await openSource(source, secrets, stop.signal, (line) => console.error(line));
    opened.push(asked);
    const parents = { source: source.name, lake, workFolder: folder, memoryMegabytes: 1000 };
    const parameters = parametersOfAll(increment);
    const probed = await probePages({ source, dataset, pages, parameters, folder }, asked, parents);
    const probe = await shapeProbe(dataset, { ...probed, requests: asked.requests, folder }, secrets);
    return { probe, increment };
  } catch (error) {
    if (stop.signal.aborted) throw new Stopped('Stopped: nothing was loaded.');
    throw error;
  } finally {
    stop.dispose();
    for (const one of opened.reverse()) await one.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** As a run of what changed would be planned now. */
async function incrementOf(source: Source, dataset: Dataset, lake: Pick<Lake, 'get'>): Promise<Increment> {
  const run = { source: source.name, dataset: dataset.name, runId: 'forecast' };
  return planIncrement(run, dataset, await readPointer(lake, run), lake);
}

/** The local lake is read where it lies: nothing needs to be running for it. */
async function lakeOf(
  env: EnvironmentName,
): Promise<{ readonly lake: Pick<Lake, 'get' | 'list' | 'download'>; close(): Promise<void> }> {
  if (env !== 'local') return openEnvironment(env, 'read');
  return { lake: folderLake(lakeFolder(dataFolder)), close: async () => {} };
}
