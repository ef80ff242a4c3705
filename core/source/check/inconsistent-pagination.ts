import { describe } from '../describe';
import type { Path } from '../path';
import { type Problem, problemAt } from '../problems';
import { duplicates } from './duplicates';
import { type Fields, fields, listOf } from './fields';

/** Ends of a chain that nobody would notice, sizes that nobody knows, windows that nothing can make smaller. */
export function paginationProblems(dataset: Fields, datasetPath: Path): readonly Problem[] {
  const pagination = fields(dataset.pagination);
  const path = [...datasetPath, 'pagination'];
  switch (pagination.type) {
    case 'page-number':
    case 'offset':
      return windowProblems(pagination, dataset.slices, path);
    case 'cursor':
    case 'next-link':
    case 'keyset':
      return [...endProblems(pagination, path), ...sizeProblems(pagination, path)];
    default:
      return [];
  }
}

/** Only windows of time can be halved until each holds less than the source shows. */
function windowProblems({ resultWindow, pageSize }: Fields, slices: unknown, path: Path): readonly Problem[] {
  if (typeof resultWindow !== 'number') return [];
  const at = [...path, 'resultWindow'];
  if (!listOf(slices).some(({ type }) => type === 'windows'))
    return [
      problemAt(
        at,
        describe(resultWindow),
        "nothing, unless there are slices of type 'windows', which can be halved",
      ),
    ];
  if (typeof pageSize !== 'number' || resultWindow >= pageSize) return [];
  return [problemAt(at, describe(resultWindow), `at least one page, that is ${pageSize}`)];
}

function endProblems({ type, end, total, pageSize, hasMore }: Fields, path: Path): readonly Problem[] {
  if (end === undefined || !Array.isArray(end)) return [];
  const at = (index: number) => [...path, 'end', index];
  const problems = [...duplicates(end, at)];
  if (type === 'keyset' && end.length === 0 && hasMore === undefined)
    problems.push(
      problemAt(
        [...path, 'end'],
        'a list of 0',
        "at least one end, such as 'empty-page': every page with a record names a next one",
      ),
    );
  end.forEach((one: unknown, index) => {
    if (one === 'total' && total === undefined)
      problems.push(problemAt(at(index), "'total'", "'total' only where total says how much there is"));
    if (one === 'short-page' && pageSize === undefined)
      problems.push(problemAt(at(index), "'short-page'", "'short-page' only with a pageSize"));
  });
  return problems;
}

function sizeProblems({ pageSize, sizeParameter }: Fields, path: Path): readonly Problem[] {
  if (pageSize !== undefined || sizeParameter === undefined || sizeParameter === false) return [];
  return [
    problemAt([...path, 'sizeParameter'], describe(sizeParameter), 'nothing without a pageSize to send'),
  ];
}
