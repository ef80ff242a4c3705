import type { EnvironmentName } from '../../lambda/environment';
import { Finding } from '../fail';
import { count } from '../format';

/** A dataset, and how many files its pointer says that it has; undefined where nothing says it. */
export interface CountedDataset {
  readonly source: string;
  readonly dataset: string;
  readonly files?: number | undefined;
}

/** A Finding where fewer files of a table are there than were published: a query would silently lack their rows. */
export function refuseGaps(
  { source, dataset, files }: CountedDataset,
  found: number,
  environment: EnvironmentName,
): void {
  if (files === undefined || found >= files) return;
  const name = `${source}/${dataset}`;
  const env = environment === 'local' ? '' : ` --env ${environment}`;
  throw new Finding(
    `${name} has ${count(found)} of its ${count(files)} published files, so a query would lack rows: npx baseload verify ${name}${env} tells which are gone`,
  );
}
