import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { ConfigurationError } from '../core/errors';
import { readPointer } from '../core/run/publish/pointer';
import { refuseIncompatible } from '../core/run/publish/table-contract';
import { tableOf } from '../core/shape/stage/table';
import { refuseUnshapeable } from '../core/shape/unshapeable';
import type { Dataset, Source } from '../core/source/source';
import { lakeFolder } from '../local/lake-folder';
import { Finding, Stopped } from './fail';
import { stopSignal } from './load/stop-signal';
import { fetchFirstPages } from './preview/fetch-first-pages';
import { folderLake } from './preview/folder-lake';
import { previewProblems } from './preview/preview-problems';
import { type PreviewReport, previewReport } from './preview/preview-report';
import { previewSecrets } from './preview/preview-secrets';
import { openSource } from './preview/preview-source';
import { reportLines } from './preview/report-lines';
import { shapeFirstPages } from './preview/shape-first-pages';
import { dataFolder } from './project';
import { companionOf } from './sample-api';
import { findDataset } from './sources/find-dataset';
import { checkSecrets, localSecrets } from './sources/local-secrets';
import { readLocalSources } from './sources/local-settings';
import { printingToStderr } from './sources/prints-of-sources';
import { atLeast } from './whole-number';

export interface PreviewOptions {
  readonly pages: number;
  readonly records: number;
  readonly json?: boolean;
}

/** Where nobody says how wide the terminal is. */
const usualWidth = 120;

/** `baseload preview`: what a dataset's first pages would become. */
export function previewCommand(): Command {
  return new Command('preview')
    .description('fetch the first pages of a dataset and show what would become of them; keeps nothing')
    .argument('<dataset>', 'its name, such as cities or geonames/cities')
    .option('--pages <n>', 'pages to fetch', atLeast(1), 1)
    .option('--records <n>', 'records to show', atLeast(1), 3)
    .option('--json', 'print everything as JSON')
    .addHelpText(
      'after',
      '\nOf a dataset that is cut into slices, one page of each of the first n. Ends with 1 where a record would be quarantined.\n\nExample:\n  npx baseload preview cities --pages 2',
    )
    .action((name: string, options: PreviewOptions) => preview(name, options));
}

/** Prints what the first pages of a dataset would become; a Finding says why a run of it would not end well. */
export async function preview(name: string, options: PreviewOptions): Promise<void> {
  const { source, dataset } = findDataset(name, readLocalSources());
  const secret = localSecrets();
  checkSecrets(source, secret);
  await refuseUnshapeable(source, dataset, tmpdir());
  const report = await printingToStderr(() => look({ source, dataset, name, ...options }, secret));
  if (options.json) console.log(JSON.stringify(report, null, 2));
  else
    for (const line of reportLines(report, process.stdout.columns || usualWidth, dataset.unknownFields))
      console.log(line);
  if (report.problems.length > 0) throw new Finding(conclusion(report, name));
  if (!options.json) console.log(`\nNext: ${report.next}`);
}

interface PreviewRequest extends PreviewOptions {
  readonly source: Source;
  readonly dataset: Dataset;
  /** As it was called for. */
  readonly name: string;
}

/** Asks the source, with a temporary folder and, for the sample source, its API; both are gone afterwards. */
async function look(
  request: PreviewRequest,
  secret: (secretId: string) => string | undefined,
): Promise<PreviewReport> {
  const { source, dataset, name, pages } = request;
  const stop = stopSignal();
  const folder = await mkdtemp(join(tmpdir(), 'baseload-preview-'));
  const companion = await companionOf(source)?.().catch(async (error) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const secrets = previewSecrets(secret, dataFolder);
  const lake = folderLake(lakeFolder(dataFolder));
  const parents = { source: source.name, lake, workFolder: folder, memoryMegabytes: 1000 };
  const pagesFile = join(folder, 'pages.jsonl');
  try {
    const asked = await openSource(source, secrets, stop.signal, (line) => console.error(line));
    const fetched = await fetchFirstPages(
      { source, dataset, pages, file: pagesFile },
      asked,
      parents,
    ).finally(() => asked.close());
    const toShape = { dataset, fetched, pagesFile, folder, rows: request.records };
    const shaped = await shapeFirstPages(toShape, secrets);
    const problems = [
      ...previewProblems(dataset, shaped),
      ...(await contractProblems(source, dataset, lake)),
    ];
    const facts = { source, dataset, requests: asked.requests, fetched, pages: shaped };
    return previewReport({ ...facts, problems, next: `npx baseload run ${name}` });
  } catch (error) {
    if (stop.signal.aborted) throw new Stopped('Stopped: nothing was kept.');
    throw error;
  } finally {
    stop.dispose();
    await companion?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Why a run would be refused because of what readers of the published one have seen. */
async function contractProblems(
  source: Source,
  dataset: Dataset,
  lake: Parameters<typeof readPointer>[0],
): Promise<string[]> {
  const pointer = await readPointer(lake, { source: source.name, dataset: dataset.name });
  try {
    refuseIncompatible(`${source.name}/${dataset.name}`, tableOf(dataset), pointer);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return [`a run would be refused: ${error.message}`];
    throw error;
  }
}

function conclusion({ problems }: PreviewReport, name: string): string {
  const sentences = problems.map((problem) => `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`);
  return `\n${sentences.join('\n')}\nCorrect the dataset, then look again: npx baseload preview ${name}`;
}
