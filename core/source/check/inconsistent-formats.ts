import { quote } from '../describe';
import type { Path } from '../path';
import { type Problem, problemAt } from '../problems';
import { isStrptime } from '../schema/column-type-schema';
import type { Fields } from './fields';

/** Letters that stand for several. */
const composed: Readonly<Record<string, string>> = { c: 'YmdHMS', x: 'Ymd', X: 'HMS' };

/**
 * Formats that cannot say a whole value of their type: of what they do not say strptime makes the year 1900, the month January, the first day and
 * midnight, which nobody sent.
 */
export function formatProblems({ type, format }: Fields, path: Path): readonly Problem[] {
  // What is no format at all has been said
  if (!isStrptime(format)) return [];
  const letters = lettersOf(format);
  const allowed =
    (type === 'time' ? undefined : ofDay(letters)) ??
    ofHour(letters, type === 'time' || (type === 'timestamp' && has(letters, 'MSfgn')));
  return allowed === undefined ? [] : [problemAt([...path, 'format'], quote(format), allowed)];
}

function lettersOf(format: string): ReadonlySet<string> {
  const letters = [...format.matchAll(/%-?([A-Za-z%])/g)].flatMap(([, letter = '']) => [
    ...(composed[letter] ?? letter),
  ]);
  return new Set(letters);
}

/** Whether one of the letters is there. */
function has(letters: ReadonlySet<string>, some: string): boolean {
  return [...some].some((letter) => letters.has(letter));
}

/** What is to be said of a format without a whole day; undefined where it has one. */
function ofDay(letters: ReadonlySet<string>): string | undefined {
  const isoWeek = has(letters, 'G') && has(letters, 'V');
  const week = has(letters, 'UW');
  const saysDay = has(letters, 'j') || (week && has(letters, 'uw')) || (isoWeek && has(letters, 'uwaA'));
  const missing = [
    ...(has(letters, 'Yy') || isoWeek ? [] : ['year']),
    ...(saysDay || week || isoWeek || has(letters, 'mbB') ? [] : ['month']),
    ...(saysDay || has(letters, 'd') ? [] : ['day']),
  ];
  // A day of the month without a month, where a week stands instead
  if (missing.length === 0 && !saysDay && !has(letters, 'mbB')) missing.push('month');
  if (missing.length === 0) return undefined;
  return `a format that says a whole day, such as '%d.%m.%Y': this one has no ${missing.join(' and no ')}`;
}

/** The same of the hour, where it is needed, or said in a way that contradicts itself. */
function ofHour(letters: ReadonlySet<string>, isNeeded: boolean): string | undefined {
  const half = has(letters, 'I');
  const noon = has(letters, 'p');
  if (has(letters, 'H'))
    return half || noon ? '%H alone, or %I with %p: hours are counted to 24 or to 12' : undefined;
  if (half !== noon) return '%I with %p, or %H: an hour to 12 is before noon or after it';
  return isNeeded && !half ? 'a format that says the hour, as %H or as %I with %p' : undefined;
}
