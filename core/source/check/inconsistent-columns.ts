import { closest } from '../closest';
import { oneOf, quote } from '../describe';
import type { Path } from '../path';
import { type Problem, problemAt } from '../problems';
import { columnNamePattern, reservedNames } from './column-names';
import { duplicates } from './duplicates';
import { type Fields, fields, isFields } from './fields';
import { optionProblems } from './inconsistent-options';
import { originProblems } from './inconsistent-origins';
import { typeProblems } from './inconsistent-types';
import { valueProblems } from './inconsistent-values';

/** Names that tables cannot have, types that cannot be, values that come from nowhere, options that do not go together. */
export function columnProblems(dataset: Fields, datasetPath: Path): readonly Problem[] {
  const { columns } = dataset;
  if (!isFields(columns)) return [];
  const path = [...datasetPath, 'columns'];
  const names = Object.keys(columns);
  return [
    ...(names.length === 0 ? [problemAt(path, 'no column', 'at least one column')] : []),
    ...nameProblems(names, path),
    ...names.flatMap((name) => {
      const column = fields(columns[name]);
      const at = [...path, name];
      return [
        ...typeProblems(column, at),
        ...originProblems(dataset, name, at),
        ...optionProblems(column, at),
        ...valueProblems(column, at),
      ];
    }),
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
    const reserved = reservedNames.get(lower);
    if (reserved !== undefined)
      return refuse(`any name but '${lower}', ${reserved}; the field can be named by a path`);
    if (earlier === undefined) return [];
    return refuse(`a name that differs from '${earlier}' in more than upper and lower case`);
  });
}

/** Keys that are no columns, or columns that may be missing or look alike in the table. */
export function keyProblems(key: unknown, columns: Fields, path: Path): readonly Problem[] {
  if (!Array.isArray(key)) return [];
  const names = Object.keys(columns);
  return [
    ...duplicates(key, (index) => [...path, 'key', index]),
    ...key.flatMap((name: unknown, index) => {
      if (typeof name !== 'string') return [];
      if (Object.hasOwn(columns, name))
        return keyColumnProblems(fields(fields(columns[name]).options), [
          ...path,
          'columns',
          name,
          'options',
        ]);
      const meant = closest(name, names);
      const hint = meant === undefined ? '' : `; did you mean '${meant}'?`;
      const allowed = names.length === 0 ? 'the name of a column' : `${oneOf(names.slice(0, 20))}${hint}`;
      return [problemAt([...path, 'key', index], quote(name), allowed)];
    }),
  ];
}

function keyColumnProblems({ required, onUnfit, mask }: Fields, path: Path): readonly Problem[] {
  const problems: Problem[] = [];
  const refuse = (option: string, received: string, allowed: string) =>
    problems.push(problemAt([...path, option], received, allowed));
  if (required === false) refuse('required', 'false', 'true, or left out: a column of the key is required');
  // Where it is required in so many words, that is said of any column.
  if (onUnfit === 'null' && required !== true)
    refuse('onUnfit', "'null'", "'quarantine' or 'fail': a column of the key is required");
  if (mask === 'drop')
    refuse('mask', "'drop'", "a mask of type 'sha256': a column of the key is in the table");
  if (fields(mask).type === 'partial')
    refuse('mask', 'an object', "a mask of type 'sha256': records must be told apart by their key");
  return problems;
}
