import { closest } from '../closest';
import { oneOf, quote } from '../describe';
import type { Path } from '../path';
import { type Problem, problemAt } from '../problems';
import { type Fields, fields } from './fields';
import { type Placed, parametersOf } from './parameters-of';
import { pathPlaceholdersOf, placeholdersOf } from './placeholders';
import { type SliceParameter, sliceParameters } from './slice-parameters';

/** `{name}` that nobody fills, and parameters that no request would show: then every slice, or page, would be the same. */
export function placeholderProblems(dataset: Fields, path: Path): readonly Problem[] {
  const request = fields(dataset.request);
  const slices = sliceParameters(dataset.slices);
  const sliceNames = slices.map(({ name }) => name);
  const pages = parametersOf(fields(dataset.pagination)).filter((parameter) => parameter.in === 'path');
  return [
    ...unknownNames(request, sliceNames, pages, [...path, 'request']),
    ...(typeof request.path === 'string' ? unusedPages(request.path, sliceNames, pages, path) : []),
    ...(typeof request.path === 'string' ? unusedSlices(request, slices, dataset.slices, path) : []),
  ];
}

function unknownNames(
  request: Fields,
  slices: readonly string[],
  pages: readonly Placed[],
  path: Path,
): readonly Problem[] {
  const inPath = typeof request.path === 'string' ? pathPlaceholdersOf(request.path) : [];
  return [
    ...unknownPlaceholders(inPath, [...slices, ...pages.map(({ text }) => text)], [...path, 'path']),
    ...Object.entries(fields(request.query)).flatMap(([name, value]) =>
      unknownPlaceholders(textsIn(value).flatMap(placeholdersOf), slices, [...path, 'query', name]),
    ),
    ...Object.entries(fields(request.headers)).flatMap(([name, value]) =>
      inHeader(value, slices, [...path, 'headers', name]),
    ),
  ];
}

/** A problem for each name between braces that nobody fills. */
export function unknownPlaceholders(
  names: readonly string[],
  known: readonly string[],
  path: Path,
): readonly Problem[] {
  return names
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = closest(name, known);
      const hint = meant === undefined ? '' : `; did you mean '${meant}'?`;
      const none = 'no {name}: the dataset has no slices';
      const allowed = known.length === 0 ? none : `${oneOf([...new Set(known)])} between { and }${hint}`;
      return problemAt(path, `the placeholder ${quote(`{${name}}`)}`, allowed);
    });
}

function unusedPages(
  requestPath: string,
  slices: readonly string[],
  pages: readonly Placed[],
  path: Path,
): readonly Problem[] {
  const used = pathPlaceholdersOf(requestPath);
  return pages.flatMap(({ option, text }) => {
    const refuse = (allowed: string) => [problemAt([...path, 'pagination', option], quote(text), allowed)];
    if (slices.includes(text)) return refuse('a name that the slices do not use');
    return used.includes(text) ? [] : refuse(`a name that stands in request.path, as in '/pages/{${text}}'`);
  });
}

function unusedSlices(
  request: Fields,
  parameters: readonly SliceParameter[],
  slices: unknown,
  path: Path,
): readonly Problem[] {
  const used = new Set([request.path, request.query, request.body].flatMap(textsIn).flatMap(placeholdersOf));
  return parameters
    .filter(({ name }) => !used.has(name))
    .map(({ name, index, option }) => {
      const where = [...path, 'slices', ...(Array.isArray(slices) ? [index] : []), option];
      const allowed = `a name that the request's path, query or body holds, as in '{${name}}': else every slice would be the same request`;
      return problemAt(where, quote(name), allowed);
    });
}

/** A header is the same for every request; a placeholder in it would be sent as it stands. */
function inHeader(value: unknown, known: readonly string[], path: Path): readonly Problem[] {
  if (typeof value !== 'string') return [];
  return placeholdersOf(value)
    .filter((name) => known.includes(name))
    .map((name) =>
      problemAt(
        path,
        `the placeholder ${quote(`{${name}}`)}`,
        "a parameter of a slice in the request's path, query or body only",
      ),
    );
}

/** Every text in a value, however deep. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
