import { describe, quote } from '../describe';
import { type Path, parseElementPath, parsePath } from '../path';
import { type Problem, problemAt } from '../problems';
import { duplicates } from './duplicates';
import { type Fields, fields, listOf } from './fields';
import { read } from './read-path';

/** Ends of a chain that nobody would notice, sizes that nobody knows, windows that nothing can make smaller, cursors that would show what is masked. */
export function paginationProblems(dataset: Fields, datasetPath: Path): readonly Problem[] {
  const pagination = fields(dataset.pagination);
  const path = [...datasetPath, 'pagination'];
  switch (pagination.type) {
    case 'page-number':
    case 'offset':
      return windowProblems(pagination, dataset.slices, path);
    case 'keyset':
      return [
        ...endProblems(pagination, path),
        ...sizeProblems(pagination, path),
        ...maskedFieldProblems(dataset, pagination.field, path),
      ];
    case 'cursor':
    case 'next-link':
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

/** What pages go by stands in clear in requests, messages and the receipts of ranges. */
function maskedFieldProblems(dataset: Fields, field: unknown, path: Path): readonly Problem[] {
  const way = read(field, parsePath);
  if (way === undefined || typeof field !== 'string') return [];
  const masked = Object.entries(fields(dataset.columns)).find(([name, column]) =>
    isMaskedOver(name, fields(column), way),
  );
  if (masked === undefined) return [];
  const allowed = `a field that no mask hides, since it stands in URLs, messages and receipts: page by another one, or take the mask off column ${quote(masked[0])}`;
  return [problemAt([...path, 'field'], quote(field), allowed)];
}

/** Whether a masked column reads what stands at the path, or something around it. */
function isMaskedOver(name: string, { path, options }: Fields, way: Path): boolean {
  const { mask, slice, page, elementIndex, derived } = fields(options);
  if (mask === undefined || [slice, page, elementIndex, derived].some((origin) => origin !== undefined))
    return false;
  const halves = read(path, parseElementPath);
  const own =
    path === undefined
      ? [name]
      : halves === undefined
        ? read(path, parsePath)
        : [...halves.list, anyElement, ...halves.element];
  return (
    own?.every((step, at) => (step === anyElement ? typeof way[at] === 'number' : step === way[at])) ?? false
  );
}

/** Stands for '[]': the exploded list has an element at every index. */
const anyElement = -1;
