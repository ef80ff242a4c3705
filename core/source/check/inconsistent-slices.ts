import { closest } from '../closest';
import { describe, oneOf, quote } from '../describe';
import type { Path } from '../path';
import { type Problem, problemAt } from '../problems';
import { type Fields, fields, isFields, listOf } from './fields';
import { sliceParameters } from './slice-parameters';
import { readTime } from './time-text';

/** A plan holds every slice, and that is as many as it takes. */
const mostValues = 100_000;

/** Parameters named twice, windows without time, values that would be loaded twice. */
export function sliceProblems(dataset: Fields, datasetPath: Path): readonly Problem[] {
  const { slices } = dataset;
  const path = (index: number) => slicePath(slices, datasetPath, index);
  return [
    ...nameProblems(slices, path),
    ...productProblems(slices, datasetPath),
    ...listOf(slices).flatMap((one, index) => [
      ...windowProblems(one, path(index)),
      ...stepProblems(one, path(index)),
      ...valueProblems(one, path(index)),
    ]),
  ];
}

function nameProblems(slices: unknown, path: (index: number) => Path): readonly Problem[] {
  const seen = new Set<string>();
  return sliceParameters(slices).flatMap(({ name, index, option }) => {
    if (seen.has(name)) return [problemAt([...path(index), option], quote(name), 'each name once')];
    seen.add(name);
    return [];
  });
}

/** Values of several lists multiply; windows and records are counted when a run is planned. */
function productProblems(slices: unknown, path: Path): readonly Problem[] {
  const lengths = listOf(slices).flatMap(({ type, values }) =>
    type === 'values' && Array.isArray(values) ? [values.length] : [],
  );
  const product = lengths.reduce((all, length) => all * length, 1);
  if (product <= mostValues || lengths.some((length) => length > mostValues)) return [];
  return [problemAt([...path, 'slices'], `${product} combinations`, `at most ${mostValues} slices`)];
}

function windowProblems({ type, from, to }: Fields, path: Path): readonly Problem[] {
  if (type !== 'windows' || typeof from !== 'string' || typeof to !== 'string') return [];
  const begin = readTime(from);
  const end = readTime(to);
  if (begin === undefined || end === undefined || begin < end) return [];
  return [problemAt([...path, 'to'], quote(to), `a time after from, which is ${quote(from)}`)];
}

/** A day cannot say where an hour begins. */
function stepProblems({ type, step, format }: Fields, path: Path): readonly Problem[] {
  if (type !== 'windows' || format !== 'date' || !isFields(step) || !Object.hasOwn(step, 'hours')) return [];
  return [problemAt([...path, 'step'], 'hours', 'days, months or years: hours need a format with a time')];
}

function valueProblems({ type, values }: Fields, path: Path): readonly Problem[] {
  if (type !== 'values' || !Array.isArray(values)) return [];
  if (values.length > mostValues)
    return [problemAt([...path, 'values'], describe(values), `at most ${mostValues} values`)];
  const seen = new Set<string>();
  return values.flatMap((value: unknown, index) => {
    // 1 and '1' make the same request.
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
    if (text === undefined) return [];
    if (seen.has(text)) return [problemAt([...path, 'values', index], describe(value), 'each value once')];
    seen.add(text);
    return [];
  });
}

/** Slices made of records: of datasets that are not there, that lack the column, or that wait for each other. */
export function recordSliceProblems(datasets: readonly Fields[]): readonly Problem[] {
  const byName = new Map(datasets.map((dataset) => [dataset.name, dataset]));
  const names = [...byName.keys()].filter((name) => typeof name === 'string');
  return datasets.flatMap((dataset, position) =>
    listOf(dataset.slices).flatMap((one, index) => {
      if (one.type !== 'records' || typeof one.dataset !== 'string') return [];
      const path = slicePath(dataset.slices, ['datasets', position], index);
      const parent = byName.get(one.dataset);
      const at = [...path, 'dataset'];
      if (parent === dataset) return [problemAt(at, quote(one.dataset), 'another dataset than this one')];
      if (parent === undefined)
        return [
          problemAt(
            at,
            quote(one.dataset),
            known(
              one.dataset,
              names.filter((name) => name !== dataset.name),
              'another dataset of this source',
            ),
          ),
        ];
      if (reaches(parent, dataset, byName))
        return [problemAt(at, quote(one.dataset), 'a dataset that does not itself wait for this one')];
      return columnProblem(one.column, parent.columns, [...path, 'column']);
    }),
  );
}

function columnProblem(column: unknown, columns: unknown, path: Path): readonly Problem[] {
  if (typeof column !== 'string' || !isFields(columns)) return [];
  if (!Object.hasOwn(columns, column))
    return [problemAt(path, quote(column), known(column, Object.keys(columns), 'a column of that dataset'))];
  const { columnType, options } = fields(columns[column]);
  if (fields(options).mask !== undefined)
    return [problemAt(path, quote(column), 'a column that is not masked: slices are read from the table')];
  const { type } = fields(columnType);
  if (type !== 'json' && type !== 'list' && type !== 'struct' && type !== 'map') return [];
  return [problemAt(path, quote(column), `a column of one value each, not of type ${type}`)];
}

/** Whether a dataset is cut by the records of another, directly or by way of others. */
function reaches(from: Fields, to: Fields, byName: ReadonlyMap<unknown, Fields>): boolean {
  const seen = new Set<Fields>();
  const open = [from];
  for (let dataset = open.pop(); dataset !== undefined; dataset = open.pop()) {
    if (dataset === to) return true;
    if (seen.has(dataset)) continue;
    seen.add(dataset);
    for (const one of listOf(dataset.slices)) {
      const parent = one.type === 'records' ? byName.get(one.dataset) : undefined;
      if (parent !== undefined) open.push(parent);
    }
  }
  return false;
}

function known(name: string, names: readonly string[], otherwise: string): string {
  if (names.length === 0) return otherwise;
  const meant = closest(name, names);
  return `${oneOf(names.slice(0, 20))}${meant === undefined ? '' : `; did you mean '${meant}'?`}`;
}

function slicePath(slices: unknown, path: Path, index: number): Path {
  return [...path, 'slices', ...(Array.isArray(slices) ? [index] : [])];
}
