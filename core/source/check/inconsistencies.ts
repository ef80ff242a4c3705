import type { Path } from '../path';
import type { Problem } from '../problems';
import { duplicates } from './duplicates';
import { type Fields, fields } from './fields';
import { authProblems } from './inconsistent-auth';
import { columnProblems, keyProblems } from './inconsistent-columns';
import { headerProblems } from './inconsistent-headers';
import { paceProblems } from './inconsistent-limits';
import { paginationProblems } from './inconsistent-pagination';
import { parameterProblems } from './inconsistent-parameters';
import { placeholderProblems } from './inconsistent-placeholders';
import { requestProblems } from './inconsistent-request';
import { runningProblems } from './inconsistent-running';
import { shapingProblems } from './inconsistent-shaping';
import { recordSliceProblems, sliceProblems } from './inconsistent-slices';
import { requestCredentials, tokenUrlCredentials } from './written-credentials';

/**
 * What no single option shows: names used twice, keys that are no columns, a pace that no lane can keep, options that
 * two places claim, slices that would all be the same request. Takes the plain copy of a definition, whatever else is
 * wrong with it, and skips what it cannot judge.
 */
export function inconsistencies(definition: unknown): readonly Problem[] {
  const source = fields(definition);
  const datasets = Array.isArray(source.datasets) ? source.datasets.map(fields) : [];
  return [
    ...authProblems(source),
    ...tokenUrlCredentials(fields(source.auth)),
    ...paceProblems(source, datasets),
    ...duplicates(
      datasets.map((dataset) => dataset.name),
      (index) => ['datasets', index, 'name'],
    ),
    ...recordSliceProblems(datasets),
    ...datasets.flatMap((dataset, index) =>
      datasetProblems(dataset, ['datasets', index], fields(source.auth)),
    ),
  ];
}

function datasetProblems(dataset: Fields, path: Path, auth: Fields): readonly Problem[] {
  return [
    ...columnProblems(dataset, path),
    ...keyProblems(dataset.key, fields(dataset.columns), path),
    ...shapingProblems(dataset, path),
    ...requestProblems(fields(dataset.request), [...path, 'request']),
    ...requestCredentials(dataset, path, auth),
    ...headerProblems(fields(dataset.request), [...path, 'request', 'headers'], auth),
    ...parameterProblems(dataset, path, auth),
    ...placeholderProblems(dataset, path),
    ...paginationProblems(dataset, path),
    ...sliceProblems(dataset, path),
    ...runningProblems(dataset, path, auth),
  ];
}
