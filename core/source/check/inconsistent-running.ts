import { describe, oneOf, quote } from '../describe';
import type { Path } from '../path';
import { type Problem, problemAt } from '../problems';
import { dueAtOnce } from './due-at-once';
import { duplicates } from './duplicates';
import { type Fields, fields, isFields } from './fields';
import { unknownPlaceholders } from './inconsistent-placeholders';
import { parametersOf } from './parameters-of';
import { placeholdersOf } from './placeholders';
import { sliceParameters } from './slice-parameters';

/** What stands for the time in the parameters of a run that loads what changed. */
const since = 'since';

/** Options on verification, on what changed and on schedules that contradict others. */
export function runningProblems(dataset: Fields, path: Path, auth: Fields): readonly Problem[] {
  const schedule = fields(dataset.schedule);
  return [
    ...verificationProblems(fields(dataset.verification), [...path, 'verification']),
    ...weekDayProblems(schedule, [...path, 'schedule']),
    ...(isFields(dataset.incremental) ? incrementalProblems(dataset, dataset.incremental, path, auth) : []),
  ];
}

function verificationProblems({ tolerance, ifShort }: Fields, path: Path): readonly Problem[] {
  if (typeof tolerance !== 'number' || tolerance === 0 || ifShort === 'publish-with-warning') return [];
  const allowed =
    "0, as a run that falls short is refused; or ifShort: 'publish-with-warning' beside it, to let it be published";
  return [problemAt([...path, 'tolerance'], String(tolerance), allowed)];
}

function weekDayProblems({ weekDays }: Fields, path: Path): readonly Problem[] {
  return Array.isArray(weekDays) ? duplicates(weekDays, (index) => [...path, 'weekDays', index]) : [];
}

function incrementalProblems(
  dataset: Fields,
  incremental: Fields,
  path: Path,
  auth: Fields,
): readonly Problem[] {
  const here = [...path, 'incremental'];
  const schedule = fields(incremental.schedule);
  return [
    ...placeholderProblems(dataset, incremental.query, [...here, 'query']),
    ...Object.keys(fields(incremental.query)).flatMap((name) =>
      ownerProblems(name, dataset, auth, [...here, 'query', name]),
    ),
    ...sliceProblems(dataset, path),
    ...staleRowProblems(dataset, path),
    ...weekDayProblems(schedule, [...here, 'schedule']),
    ...scheduleProblems(fields(dataset.schedule), schedule, [...here, 'schedule']),
  ];
}

function placeholderProblems(dataset: Fields, query: unknown, path: Path): readonly Problem[] {
  if (!isFields(query)) return [];
  const known = [since, ...sliceParameters(dataset.slices).map(({ name }) => name)];
  const texts = Object.entries(query).filter((entry): entry is [string, string] => {
    return typeof entry[1] === 'string';
  });
  const used = texts.map(([name, text]) => ({ name, placeholders: placeholdersOf(text) }));
  // With a value of another kind among them, nobody knows what was meant.
  const complete = texts.length === Object.keys(query).length;
  const lacking = complete && !used.some(({ placeholders }) => placeholders.includes(since));
  return [
    ...used.flatMap(({ name, placeholders }) => unknownPlaceholders(placeholders, known, [...path, name])),
    ...(lacking
      ? [
          problemAt(
            path,
            texts.length === 0 ? 'no parameter' : `${oneOf(texts.map(([, text]) => text))} without '{since}'`,
            "a parameter that holds the time as '{since}', such as { updated_since: '{since}' }: else everything would be loaded",
          ),
        ]
      : []),
  ];
}

/** A parameter that something else sets would be sent twice, or lose its value. */
function ownerProblems(name: string, dataset: Fields, auth: Fields, path: Path): readonly Problem[] {
  const inQuery = parametersOf(fields(dataset.pagination)).filter((placed) => placed.in === 'query');
  const key = auth.type === 'api-key' && auth.in === 'query' ? (auth.name ?? 'x-api-key') : undefined;
  const owner = Object.hasOwn(fields(fields(dataset.request).query), name)
    ? 'request.query'
    : inQuery.some(({ text }) => text === name)
      ? 'pagination'
      : name === key
        ? 'auth'
        : undefined;
  if (owner === undefined) return [];
  return [problemAt(path, `the name ${quote(name)}`, `parameters that ${owner} does not set`)];
}

function sliceProblems({ slices }: Fields, path: Path): readonly Problem[] {
  return sliceParameters(slices)
    .filter(({ name }) => name === since)
    .map(({ index, option }) => {
      const where = [...path, 'slices', ...(Array.isArray(slices) ? [index] : []), option];
      return problemAt(
        where,
        quote(since),
        "another name than 'since', which stands for the time in 'incremental'",
      );
    });
}

/** What an increment cannot take away again from the table that it is merged into. */
function staleRowProblems({ filter, explode }: Fields, path: Path): readonly Problem[] {
  return [
    ...(filter === undefined
      ? []
      : [
          problemAt(
            [...path, 'filter'],
            describe(filter),
            "nothing with 'incremental': a record that changes so that it no longer passes would stay in the table; filter where the table is read",
          ),
        ]),
    ...(explode === undefined
      ? []
      : [
          problemAt(
            [...path, 'explode'],
            describe(explode),
            "nothing with 'incremental': an element that is gone from its record would stay in the table; keep the list in a column",
          ),
        ]),
  ];
}

/** Of two runs that are due at once, one is skipped. */
function scheduleProblems(full: Fields, incremental: Fields, path: Path): readonly Problem[] {
  const isOneZone = (full.timeZone ?? 'UTC') === (incremental.timeZone ?? 'UTC');
  const moment = isOneZone ? undefined : dueAtOnce(full, incremental);
  if (isOneZone ? !isSameTime(full, incremental) : moment === undefined) return [];
  const own = "the time of the dataset's own schedule";
  return [
    problemAt(
      path,
      moment === undefined ? own : `${own} in another time zone, as at ${moment}`,
      'another time, or other weekDays than that schedule has: of two runs that are due at once, one is skipped',
    ),
  ];
}

/** Whether two schedules of one time zone are ever due at once. */
function isSameTime(full: Fields, incremental: Fields): boolean {
  if (full.hour === undefined || full.hour !== incremental.hour || full.minute !== incremental.minute) {
    return false;
  }
  const both = [full.weekDays, incremental.weekDays].map((days) => (Array.isArray(days) ? days : undefined));
  const [one, other] = both;
  return !one || !other || one.some((day) => other.includes(day));
}
