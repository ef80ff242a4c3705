import { ConfigurationError } from '../core/errors';
import type { RunName } from '../core/run/keys';
import type { Lake } from '../core/run/ports';
import { datasetsIn } from '../core/run/publish/datasets-in';

/**
 * Finds a dataset that the lake has something of by 'cities', or by 'geonames/cities' where several sources have one of that name. The lake is
 * asked rather than sources/, since what it holds may outlive the file that it was loaded by.
 */
export async function findInLake(name: string, lake: Pick<Lake, 'list'>): Promise<Omit<RunName, 'runId'>> {
  const all: Omit<RunName, 'runId'>[] = [];
  for await (const one of datasetsIn(lake)) all.push(one);
  const nameOf = ({ source, dataset }: Omit<RunName, 'runId'>) => `${source}/${dataset}`;
  const [found, ...others] = all.filter((one) => [one.dataset, nameOf(one)].includes(name));
  if (found && others.length === 0) return found;
  if (found) {
    const names = [found, ...others].map(nameOf);
    throw new ConfigurationError(`several datasets are called '${name}': say ${names.join(' or ')}`);
  }
  const known = all.length > 0 ? `it has ${all.map(nameOf).join(', ')}` : 'nothing has been loaded there yet';
  throw new ConfigurationError(`the lake has no dataset '${name}': ${known}`);
}
