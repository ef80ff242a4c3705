import { closest } from '../closest';
import { oneOf, quote } from '../describe';
import type { Path } from '../path';
import { type Problem, problemAt } from '../problems';
import { duplicates } from './duplicates';
import { type Fields, fields, isFields } from './fields';
import { sliceParameters } from './slice-parameters';

/** Athena, Spark and Glue take these without quoting. */
const columnNamePattern = /^_?[A-Za-z][A-Za-z0-9_]{0,126}$/;

/** Names that tables cannot have, decimals that cannot be, values that come from nowhere. */
export function columnProblems(dataset: Fields, datasetPath: Path): readonly Problem[] {
  const { columns } = dataset;
  if (!isFields(columns)) return [];
  const path = [...datasetPath, 'columns'];
  const names = Object.keys(columns);
  const parameters = sliceParameters(dataset.slices).map(({ name }) => name);
  return [
    ...(names.length === 0 ? [problemAt(path, 'no column', 'at least one column')] : []),
    ...nameProblems(names, path),
    ...names.flatMap((name) => decimalProblems(fields(columns[name]), [...path, name])),
    ...names.flatMap((name) => originProblems(fields(columns[name]), parameters, [...path, name])),
  ];
}

function nameProblems(names: readonly string[], path: Path): readonly Problem[] {
  const seen = new Map<string, string>();
  return names.flatMap((name) => {
    const lower = name.toLowerCase();
    const earlier = seen.get(lower);
    seen.set(lower, name);
    const refuse = (allowed: string) => [problemAt([...path, name], `the name ${quote(name)}`, allowed)];
    if (!columnNamePattern.test(name))
      return refuse(
        'letters, digits and _, beginning with a letter or one _; the field can be named by a path',
      );
    if (lower === 'run') return refuse("any name but 'run', which every table is partitioned by");
    if (earlier === undefined) return [];
    return refuse(`a name that differs from '${earlier}' in more than upper and lower case`);
  });
}

function decimalProblems(column: Fields, path: Path): readonly Problem[] {
  const { type, precision, scale } = fields(column.columnType);
  if (type !== 'decimal' || typeof precision !== 'number' || typeof scale !== 'number') return [];
  if (!(scale > precision && precision >= 1 && scale <= 38)) return [];
  return [problemAt(path, `decimal(${precision}, ${scale})`, 'a scale that is not above the precision')];
}

/** A value is one of the record, or one of its slice. */
function originProblems(column: Fields, parameters: readonly string[], path: Path): readonly Problem[] {
  const { slice } = fields(column.options);
  if (typeof slice !== 'string' || slice.trim() === '') return [];
  const problems: Problem[] = [];
  if (column.path !== undefined && typeof column.path === 'string')
    problems.push(
      problemAt([...path, 'path'], quote(column.path), 'no path where slice says what the value is'),
    );
  if (!parameters.includes(slice)) {
    const meant = closest(slice, parameters);
    const hint = meant === undefined ? '' : `; did you mean '${meant}'?`;
    const allowed =
      parameters.length === 0 ? 'nothing: the dataset has no slices' : `${oneOf(parameters)}${hint}`;
    problems.push(problemAt([...path, 'options', 'slice'], quote(slice), allowed));
  }
  return problems;
}

/** Keys that are no columns, or columns that may be missing. */
export function keyProblems(key: unknown, columns: Fields, path: Path): readonly Problem[] {
  if (!Array.isArray(key)) return [];
  const names = Object.keys(columns);
  const problems: Problem[] = [...duplicates(key, (index) => [...path, 'key', index])];
  key.forEach((name: unknown, index) => {
    if (typeof name !== 'string') return;
    if (!Object.hasOwn(columns, name)) {
      const meant = closest(name, names);
      const hint = meant === undefined ? '' : `; did you mean '${meant}'?`;
      const allowed = names.length === 0 ? 'the name of a column' : `${oneOf(names.slice(0, 20))}${hint}`;
      problems.push(problemAt([...path, 'key', index], quote(name), allowed));
    } else if (fields(fields(columns[name]).options).required === false) {
      const where = [...path, 'columns', name, 'options', 'required'];
      problems.push(problemAt(where, 'false', 'true, or left out: a column of the key is required'));
    }
  });
  return problems;
}
