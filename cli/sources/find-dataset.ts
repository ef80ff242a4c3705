import { basename, dirname, join } from 'node:path';
import { ConfigurationError } from '../../core/errors';
import { type LoadedSource, loadSources, type SourceProblem } from '../../core/source/load-sources';
import type { Dataset } from '../../core/source/source';
import { sourcesFolder } from '../project';
import { printingToStderr } from './prints-of-sources';

export interface FoundDataset extends LoadedSource {
  readonly dataset: Dataset;
}

/** Valid sources, and the files that are none. */
export interface ReadSources extends ReadonlyArray<LoadedSource> {
  readonly leftOut: readonly SourceProblem[];
}

/**
 * Every valid source; of a file that is none, stderr is told that it is left out, so that it keeps nobody from working with the others. A
 * ConfigurationError carries the problems where there is no valid source at all.
 */
export function readSources(folder: string = sourcesFolder): ReadSources {
  const { sources, problems } = printingToStderr(() => loadSources(folder));
  if (sources.length === 0 && problems.length > 0)
    throw new ConfigurationError(problems.map(({ message }) => message).join('\n'));
  for (const { file } of problems) console.error(`  note         ${leftOut(file)}`);
  return Object.assign([...sources], { leftOut: problems });
}

/** Finds a dataset by 'cities', or by 'geonames/cities' where several sources have one of that name. */
export function findDataset(
  name: string,
  sources: readonly LoadedSource[] & Partial<Pick<ReadSources, 'leftOut'>>,
): FoundDataset {
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
    const problems = (sources.leftOut ?? []).map(({ message }) => `\n${message}`);
    throw new ConfigurationError(`no dataset is called '${name}': ${known}${problems.join('')}`);
  }
  if (second)
    throw new ConfigurationError(`several datasets are called '${name}': say ${names(found).join(' or ')}`);
  return first;
}

function leftOut(file: string): string {
  return `${join(basename(dirname(file)), basename(file))} is left out, it has a problem: npx baseload validate tells which`;
}
