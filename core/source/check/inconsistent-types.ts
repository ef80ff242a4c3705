import { quote } from '../describe';
import type { Path } from '../path';
import { type Problem, problemAt } from '../problems';
import { columnNamePattern } from './column-names';
import { type Fields, fields } from './fields';
import { formatProblems } from './inconsistent-formats';

/** Lists in structs in lists: no source is deeper, and readers grow slow. */
const deepest = 8;

/** Decimals that cannot be, formats that do not say enough, structs without fields, types nested too deep. */
export function typeProblems(column: Fields, path: Path, depth = 0): readonly Problem[] {
  const type = fields(column.columnType);
  const inside = [...path, 'columnType'];
  switch (type.type) {
    case 'decimal':
      return decimalProblems(type, path);
    case 'date':
    case 'time':
    case 'timestamp':
      return formatProblems(type, inside);
    case 'list':
    case 'map':
      if (depth >= deepest) return [tooDeep(path)];
      return typeProblems(fields(type.of), [...inside, 'of'], depth + 1);
    case 'struct':
      if (depth >= deepest) return [tooDeep(path)];
      return structProblems(fields(type.fields), [...inside, 'fields'], depth + 1);
    default:
      return [];
  }
}

function tooDeep(path: Path): Problem {
  return problemAt(
    path,
    'a type nested deeper',
    `lists, structs and maps up to ${deepest} deep; deeper ones as json()`,
  );
}

function decimalProblems({ precision, scale }: Fields, path: Path): readonly Problem[] {
  if (typeof precision !== 'number' || typeof scale !== 'number') return [];
  if (!(scale > precision && precision >= 1 && scale <= 38)) return [];
  return [problemAt(path, `decimal(${precision}, ${scale})`, 'a scale that is not above the precision')];
}

function structProblems(columns: Fields, path: Path, depth: number): readonly Problem[] {
  const names = Object.keys(columns);
  if (names.length === 0)
    return [problemAt(path, 'no field', 'at least one field, or json() for any object')];
  const seen = new Map<string, string>();
  return names.flatMap((name) => {
    const earlier = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    const refuse = (allowed: string) => [problemAt([...path, name], `the name ${quote(name)}`, allowed)];
    if (!columnNamePattern.test(name))
      return refuse(
        'letters, digits and _, beginning with a letter or one _; the field can be named by a path',
      );
    if (earlier !== undefined)
      return refuse(`a name that differs from '${earlier}' in more than upper and lower case`);
    return typeProblems(fields(columns[name]), [...path, name], depth);
  });
}
