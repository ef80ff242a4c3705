import { Command } from 'commander';
import type { Dataset, Source } from '../core/source/source';
import { describePages, describeSlices } from './describe-pages';
import { readSources } from './find-dataset';
import { count } from './format';
import { findPublished, type PublishedDataset, publishedDatasets } from './published';
import { tableLines } from './table';

/** `baseload list`: what is declared, and what of it is published here. */
export function listCommand(): Command {
  return new Command('list')
    .description(
      'list the datasets, their limits and schedules, and what of them is published in the local lake',
    )
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  npx baseload list --json')
    .action((options: { json?: boolean }) => list(options));
}

/** Prints one line, or one JSON object, per dataset. */
export function list({ json = false }: { json?: boolean }): void {
  const published = publishedDatasets();
  const datasets = readSources().flatMap(({ source }) =>
    source.datasets.map((dataset) => describe(source, dataset, findPublished(published, source, dataset))),
  );
  if (json) {
    console.log(JSON.stringify(datasets, null, 2));
    return;
  }
  const rows = datasets.map((dataset) => [
    dataset.name,
    `${dataset.requestsPerSecond}/s × ${dataset.lanes} lanes`,
    dataset.pages,
    dataset.schedule ?? 'by hand',
    dataset.published
      ? `${count(dataset.published.records)} records, run ${dataset.published.runId}`
      : 'nothing yet',
    dataset.description ?? '',
  ]);
  const names = ['dataset', 'limit', 'pages', 'schedule', 'published here', 'description'];
  for (const line of tableLines(
    names.map((name) => ({ name })),
    rows,
  ))
    console.log(line);
}

function describe(source: Source, dataset: Dataset, published: PublishedDataset | undefined) {
  const { schedule } = dataset;
  const two = (value: number) => String(value).padStart(2, '0');
  return {
    name: `${source.name}/${dataset.name}`,
    description: dataset.description,
    url: source.baseUrl + dataset.request.path,
    requestsPerSecond: source.limits.requestsPerSecond,
    lanes: source.limits.lanes,
    pages: describePages(dataset),
    pagination: dataset.pagination.type,
    slices: dataset.slices.map(describeSlices),
    schedule:
      schedule &&
      `${schedule.weekDays?.join(',') ?? 'daily'} ${two(schedule.hour)}:${two(schedule.minute)} ${schedule.timeZone}`,
    columns: Object.keys(dataset.columns),
    published: published && { runId: published.runId, records: published.records, folder: published.folder },
  };
}
