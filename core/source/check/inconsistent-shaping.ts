import { quote } from '../describe';
import type { Path } from '../path';
import { type Problem, problemAt } from '../problems';
import { duplicates } from './duplicates';
import { type Fields, fields } from './fields';

/** Lineage named twice, and raw bodies that would show what a mask hides. */
export function shapingProblems(dataset: Fields, path: Path): readonly Problem[] {
  const { lineage, keepRaw, columns } = dataset;
  const masked = Object.entries(fields(columns)).find(
    ([, column]) => fields(fields(column).options).mask !== undefined,
  );
  return [
    ...(Array.isArray(lineage) ? duplicates(lineage, (index) => [...path, 'lineage', index]) : []),
    ...(masked !== undefined && keepRaw === undefined
      ? [
          problemAt(
            [...path, 'keepRaw'],
            'nothing',
            `false, or true in so many words: the raw bodies show what the mask of ${quote(masked[0])} hides`,
          ),
        ]
      : []),
  ];
}
