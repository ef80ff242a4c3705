import type { z } from 'zod';
import { closest } from '../closest';
import { describe } from '../describe';
import { type Path, readPath } from '../path';
import { type Problem, problemAt, SourceDefinitionError } from '../problems';
import { sourceSchema } from '../schema/schema';
import type { Dataset, Source } from '../source';
import { inconsistencies } from './inconsistencies';
import { plainCopy } from './plain-copy';

/** Checks a definition, whatever it is, and fills the defaults. Throws SourceDefinitionError with every problem at once. */
export function checkSource(input: unknown): Source {
  const { copy, problems: unreadable } = plainCopy(input);
  const parsed = sourceSchema.safeParse(copy);
  const refused = parsed.success ? [] : parsed.error.issues.flatMap((issue) => problemsOf(issue, copy));
  // What could not be read is missing from the copy: it is reported once, as unreadable.
  const seen = new Set(unreadable.map((problem) => problem.path));
  const problems = distinct([
    ...unreadable,
    ...refused.filter((problem) => !seen.has(problem.path)),
    ...inconsistencies(copy),
  ]).sort((a, b) => datasetIndex(a) - datasetIndex(b));
  if (!parsed.success || problems.length > 0) {
    const name = readPath(copy, ['name']);
    throw new SourceDefinitionError(typeof name === 'string' ? name : undefined, problems);
  }
  return { ...parsed.data, datasets: parsed.data.datasets.map(withRequiredKey) };
}

/** An empty text where a list belongs is both no list and too short a one. */
function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/** Brings the problems of a dataset together, after those of the source itself. */
function datasetIndex({ path }: Problem): number {
  return Number(/^datasets\[(\d+)\]/.exec(path)?.[1] ?? -1);
}

/** A record without its key cannot be told from others. */
function withRequiredKey(dataset: Dataset): Dataset {
  const columns = Object.entries(dataset.columns).map(([name, column]) =>
    dataset.key.includes(name)
      ? [name, { ...column, options: { ...column.options, required: true } }]
      : [name, column],
  );
  return { ...dataset, columns: Object.fromEntries(columns) };
}

function problemsOf(issue: z.core.$ZodIssue, copy: unknown): readonly Problem[] {
  const path = issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)));
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownOption(path, key, issue.message));
  if (issue.code === 'invalid_union') return [variantProblem(path, copy, issue.message)];
  return [problemAt(path, received(path, copy), issue.message)];
}

function unknownOption(path: Path, key: string, known: string): Problem {
  const meant = closest(key, known.split(', '));
  const allowed = meant === undefined ? known : `${known}; did you mean '${meant}'?`;
  return problemAt([...path, key], 'an unknown option', allowed);
}

function variantProblem(path: Path, copy: unknown, allowed: string): Problem {
  const value = readPath(copy, path);
  const meant = typeof value === 'string' ? closest(value, allowed.match(/[^' ,]+/g) ?? []) : undefined;
  // A type that is nearly right is no credential, so it can be shown.
  if (meant === undefined) return problemAt(path, received(path, copy), allowed);
  return problemAt(path, describe(value), `${allowed}; did you mean '${meant}'?`);
}

/** What stands at a path, unless it is or may hold a credential. */
function received(path: Path, copy: unknown): string {
  const value = readPath(copy, path);
  if (typeof value === 'function' && isColumn(path)) return 'a function: its () may be missing';
  if (path[0] === 'auth' || path[0] === 'tls' || (path[2] === 'request' && path[3] === 'headers'))
    return hidden(value);
  if (path[2] === 'columns' && path[5] === 'mask') return hidden(value);
  const isUrl = path[0] === 'baseUrl' || (path[2] === 'request' && path[3] === 'path');
  if (isUrl && typeof value === 'string') return withoutSecrets(value);
  return describe(value);
}

/** Of a dataset, of a list or map, or of a struct. */
function isColumn(path: Path): boolean {
  if (path[2] !== 'columns') return false;
  return path.length === 4 || path.at(-1) === 'of' || path.at(-2) === 'fields';
}

function hidden(value: unknown): string {
  if (typeof value === 'string') return value === '' ? "''" : 'a text (not shown)';
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number (not shown)';
  return describe(value);
}

/** User and password stand before '@', an access key often behind '?'. */
function withoutSecrets(url: string): string {
  if (url.includes('@')) return 'a URL with credentials (not shown)';
  const end = url.search(/[?#]/);
  return end === -1 ? describe(url) : `${describe(url.slice(0, end + 1))} and more (not shown)`;
}
