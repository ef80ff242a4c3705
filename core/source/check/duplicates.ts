import { quote } from '../describe';
import type { Path } from '../path';
import { type Problem, problemAt } from '../problems';

/** A problem for every text of a list that stood there before. */
export function duplicates(names: readonly unknown[], path: (index: number) => Path): readonly Problem[] {
  const seen = new Set<unknown>();
  return names.flatMap((name, index) => {
    if (typeof name !== 'string') return [];
    if (seen.has(name)) return [problemAt(path(index), quote(name), 'each name once')];
    seen.add(name);
    return [];
  });
}
