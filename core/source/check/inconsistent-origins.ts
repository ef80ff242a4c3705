import { closest } from '../closest';
import { describe, oneOf, quote } from '../describe';
import { type ElementPath, formatPath, type Path, parseElementPath, parsePath } from '../path';
import { type Problem, problemAt } from '../problems';
import { type Fields, fields } from './fields';
import { read } from './read-path';
import { sliceParameters } from './slice-parameters';

/** Options of which one at most says where a value comes from, rather than from the record. */
const origins = ['slice', 'page', 'elementIndex', 'derived'];

/** A value is one of the record, or of its slice, its page, its place in a list, or of other columns: one of these, and one that is there. */
export function originProblems(dataset: Fields, name: string, path: Path): readonly Problem[] {
  const column = fields(fields(dataset.columns)[name]);
  const options = fields(column.options);
  const at = [...path, 'options'];
  return [
    ...severalOrigins(column, options, path),
    ...sliceOrigin(dataset, options, at),
    ...elementIndexOrigin(dataset, column, options, at),
    ...derivedOrigin(dataset, name, options, at),
    ...elementOrigin(dataset, column, path),
  ];
}

function severalOrigins(column: Fields, options: Fields, path: Path): readonly Problem[] {
  const [first, ...others] = origins.filter((origin) => options[origin] !== undefined);
  if (first === undefined) return [];
  return [
    ...(typeof column.path === 'string'
      ? [problemAt([...path, 'path'], quote(column.path), `no path where ${first} says what the value is`)]
      : []),
    ...others.map((other) =>
      problemAt(
        [...path, 'options', other],
        describe(options[other]),
        `nothing where ${first} says what the value is`,
      ),
    ),
  ];
}

function sliceOrigin(dataset: Fields, { slice }: Fields, path: Path): readonly Problem[] {
  if (typeof slice !== 'string' || slice.trim() === '') return [];
  const parameters = sliceParameters(dataset.slices).map(({ name }) => name);
  if (parameters.includes(slice)) return [];
  const meant = closest(slice, parameters);
  const hint = meant === undefined ? '' : `; did you mean '${meant}'?`;
  const allowed =
    parameters.length === 0 ? 'nothing: the dataset has no slices' : `${oneOf(parameters)}${hint}`;
  return [problemAt([...path, 'slice'], quote(slice), allowed)];
}

function elementIndexOrigin(
  dataset: Fields,
  column: Fields,
  { elementIndex }: Fields,
  path: Path,
): readonly Problem[] {
  if (elementIndex !== true) return [];
  const { type } = fields(column.columnType);
  const at = [...path, 'elementIndex'];
  if (dataset.explode === undefined)
    return [
      problemAt(
        at,
        'true',
        "nothing, or explode: 'items' in the dataset: only the elements of a list have a place",
      ),
    ];
  if (type === 'integer' || type === 'bigint' || typeof type !== 'string') return [];
  return [problemAt(at, 'true', 'a column of type integer or bigint')];
}

/** An expression that names no column would be the same in every row. */
function derivedOrigin(dataset: Fields, name: string, { derived }: Fields, path: Path): readonly Problem[] {
  if (typeof derived !== 'string' || derived.trim() === '') return [];
  const others = Object.entries(fields(dataset.columns))
    .filter(([other, column]) => other !== name && fields(fields(column).options).derived === undefined)
    .map(([other]) => other);
  const named = namesIn(derived);
  if (others.some((other) => named.has(other.toLowerCase()))) return [];
  const allowed =
    others.length === 0
      ? 'nothing: there are no other columns that are not derived themselves'
      : `an expression that names another column, which is not derived itself: ${oneOf(others.slice(0, 20))}`;
  return [problemAt([...path, 'derived'], quote(derived), allowed)];
}

/** Everything in a SQL expression that may be the name of a column, in lower case. */
function namesIn(expression: string): ReadonlySet<string> {
  const withoutTexts = expression.replace(/'(?:[^']|'')*'/g, ' ');
  return new Set([...withoutTexts.matchAll(/\w+/g)].map(([word]) => word.toLowerCase()));
}

/** A path with '[]' leads into the elements of the list that is exploded. */
function elementOrigin({ explode }: Fields, column: Fields, path: Path): readonly Problem[] {
  const halves = read(column.path, parseElementPath);
  if (halves === undefined) return [];
  const refuse = (allowed: string) => [problemAt([...path, 'path'], describe(column.path), allowed)];
  if (explode === undefined) return refuse(`a path without '[]', or ${exploding(halves)} in the dataset`);
  const list = read(explode, parsePath);
  if (list === undefined || JSON.stringify(list) === JSON.stringify(halves.list)) return [];
  return refuse(`a path without '[]', or one that begins with '${explode}[]', the list that is exploded`);
}

function exploding({ list }: ElementPath): string {
  return list.length === 0 ? "explode: 'items'" : `explode: '${formatPath(list)}'`;
}
