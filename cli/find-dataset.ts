import { ConfigurationError } from '../core/errors';
import { type LoadedSource, loadSources } from '../core/source/load-sources';
import type { Dataset } from '../core/source/source';
import { printingToStderr } from './prints-of-sources';
import { sourcesFolder } from './project';

export interface FoundDataset extends LoadedSource {
  readonly dataset: Dataset;
}

/** Every valid source; a ConfigurationError carries the problems of all the others. */
export function readSources(folder: string = sourcesFolder): readonly LoadedSource[] {
  const { sources, problems } = printingToStderr(() => loadSources(folder));
  if (problems.length > 0) throw new ConfigurationError(problems.map(({ message }) => message).join('\n'));
  return sources;
}

/** Finds a dataset by 'cities', or by 'geonames/cities' where several sources have one of that name. */
export function findDataset(name: string, sources: readonly LoadedSource[]): FoundDataset {
  const all = sources.flatMap((loaded) => loaded.source.datasets.map((dataset) => ({ ...loaded, dataset })));
  const found = all.filter(({ source, dataset }) =>
    [dataset.name, `${source.name}/${dataset.name}`].includes(name),
  );
  const [first, second] = found;
  const names = (of: readonly FoundDataset[]) =>
    of.map(({ source, dataset }) => `${source.name}/${dataset.name}`);
  if (!first) {
    const known =
      all.length > 0 ? `there are ${names(all).join(', ')}` : 'there is none: write a file in sources/';
    throw new ConfigurationError(`no dataset is called '${name}': ${known}`);
  }
  if (second)
    throw new ConfigurationError(`several datasets are called '${name}': say ${names(found).join(' or ')}`);
  return first;
}
