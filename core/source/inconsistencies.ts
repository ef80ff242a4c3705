import { closest } from './closest';
import { describe, oneOf, quote } from './describe';
import type { Path } from './path';
import { type Problem, problemAt } from './problems';

type Fields = Readonly<Record<string, unknown>>;

/** Athena, Spark and Glue take these without quoting. */
const columnNamePattern = /^_?[A-Za-z][A-Za-z0-9_]{0,126}$/;

/** Headers that the HTTP client sets itself: undici refuses most of them, and the rest would break the connection. */
const clientHeaders = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'accept-encoding',
]);

/**
 * What no single option shows: names used twice, keys that are no columns, a pace that no lane can keep, options that
 * two places claim. Takes the plain copy of a definition, whatever else is wrong with it, and skips what it cannot judge.
 */
export function inconsistencies(definition: unknown): readonly Problem[] {
  const source = fields(definition);
  const datasets = Array.isArray(source.datasets) ? source.datasets.map(fields) : [];
  return [
    ...pace(fields(source.limits)),
    ...duplicates(
      datasets.map((dataset) => dataset.name),
      (index) => ['datasets', index, 'name'],
    ),
    ...datasets.flatMap((dataset, index) =>
      datasetProblems(dataset, ['datasets', index], fields(source.auth)),
    ),
  ];
}

function datasetProblems(dataset: Fields, path: Path, auth: Fields): readonly Problem[] {
  const request = fields(dataset.request);
  return [
    ...columnProblems(dataset.columns, [...path, 'columns']),
    ...keyProblems(dataset.key, fields(dataset.columns), path),
    ...headerProblems(fields(request.headers), [...path, 'request', 'headers'], auth),
    ...parameterProblems(fields(request.query), fields(dataset.pagination), path, auth),
    ...weekDayProblems(fields(dataset.schedule), path),
  ];
}

/** A lane that asks less than once a minute would idle through its time limit. */
function pace(limits: Fields): readonly Problem[] {
  const rate = limits.requestsPerSecond;
  if (typeof rate !== 'number' || !(rate > 0)) return [];
  const lanes = limits.lanes ?? 2;
  if (rate * 60 < 2) {
    const allowed = 'at least 2 a minute, that is 0.034, since there are at least two lanes';
    return [problemAt(['limits', 'requestsPerSecond'], describe(rate), allowed)];
  }
  if (typeof lanes !== 'number' || !(lanes > rate * 60)) return [];
  const allowed = `at most ${Math.floor(rate * 60)}, so that at ${rate} requests per second each lane asks once a minute`;
  return [problemAt(['limits', 'lanes'], describe(lanes), allowed)];
}

function columnProblems(columns: unknown, path: Path): readonly Problem[] {
  if (!isFields(columns)) return [];
  const problems: Problem[] = [];
  const names = Object.keys(columns);
  if (names.length === 0) problems.push(problemAt(path, 'no column', 'at least one column'));
  const seen = new Map<string, string>();
  for (const name of names) {
    const lower = name.toLowerCase();
    const earlier = seen.get(lower);
    seen.set(lower, name);
    if (!columnNamePattern.test(name)) {
      const allowed =
        'letters, digits and _, beginning with a letter or one _; the field can be named by a path';
      problems.push(problemAt([...path, name], `the name ${quote(name)}`, allowed));
    } else if (lower === 'run') {
      const allowed = "any name but 'run', which every table is partitioned by";
      problems.push(problemAt([...path, name], `the name ${quote(name)}`, allowed));
    } else if (earlier !== undefined) {
      const allowed = `a name that differs from '${earlier}' in more than upper and lower case`;
      problems.push(problemAt([...path, name], `the name ${quote(name)}`, allowed));
    }
    problems.push(...decimalProblems(fields(columns[name]), [...path, name]));
  }
  return problems;
}

function decimalProblems(column: Fields, path: Path): readonly Problem[] {
  const { type, precision, scale } = fields(column.columnType);
  if (type !== 'decimal' || typeof precision !== 'number' || typeof scale !== 'number') return [];
  if (!(scale > precision && precision >= 1 && scale <= 38)) return [];
  return [problemAt(path, `decimal(${precision}, ${scale})`, 'a scale that is not above the precision')];
}

function keyProblems(key: unknown, columns: Fields, path: Path): readonly Problem[] {
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

function headerProblems(headers: Fields, path: Path, auth: Fields): readonly Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const apiKey =
    auth.type === 'api-key' && (auth.in ?? 'header') === 'header' ? (auth.name ?? 'x-api-key') : '';
  for (const name of Object.keys(headers)) {
    const lower = name.toLowerCase();
    const refuse = (allowed: string) =>
      problems.push(problemAt([...path, name], `the name ${quote(name)}`, allowed));
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower)) refuse("a header name, such as 'Accept'");
    else if (lower === 'authorization' || lower === 'proxy-authorization')
      refuse("headers that carry no credential: say it in auth, with secret('…')");
    else if (typeof apiKey === 'string' && lower === apiKey.toLowerCase())
      refuse('headers other than the one that auth sets');
    else if (clientHeaders.has(lower)) refuse('headers that the HTTP client does not set itself');
    else if (seen.has(lower)) refuse('each header once, whatever its upper and lower case');
    seen.add(lower);
  }
  return problems;
}

function parameterProblems(query: Fields, pagination: Fields, path: Path, auth: Fields): readonly Problem[] {
  const owners = new Map<unknown, string>();
  if (auth.type === 'api-key' && auth.in === 'query') owners.set(auth.name ?? 'x-api-key', 'auth');
  const numbered = pagination.type === 'page-number';
  const position = numbered ? 'pageParameter' : 'offsetParameter';
  const parameters: readonly (readonly [string, unknown])[] = [
    [position, pagination[position] ?? (numbered ? 'page' : 'offset')],
    ['sizeParameter', pagination.sizeParameter ?? (numbered ? 'per_page' : 'limit')],
  ];
  const problems: Problem[] = [];
  for (const [option, name] of parameters) {
    const owner = owners.get(name);
    if (owner !== undefined && typeof name === 'string')
      problems.push(
        problemAt([...path, 'pagination', option], quote(name), `a parameter that ${owner} does not set`),
      );
    owners.set(name, 'pagination');
  }
  for (const name of Object.keys(query)) {
    const owner = owners.get(name);
    if (owner === undefined) continue;
    const allowed = `parameters that ${owner} does not set`;
    problems.push(problemAt([...path, 'request', 'query', name], `the name ${quote(name)}`, allowed));
  }
  return problems;
}

function weekDayProblems(schedule: Fields, path: Path): readonly Problem[] {
  return Array.isArray(schedule.weekDays)
    ? duplicates(schedule.weekDays, (index) => [...path, 'schedule', 'weekDays', index])
    : [];
}

function duplicates(names: readonly unknown[], path: (index: number) => Path): readonly Problem[] {
  const seen = new Set<unknown>();
  return names.flatMap((name, index) => {
    if (typeof name !== 'string') return [];
    if (seen.has(name)) return [problemAt(path(index), quote(name), 'each name once')];
    seen.add(name);
    return [];
  });
}

function fields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
