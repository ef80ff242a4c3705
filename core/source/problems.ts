import { ConfigurationError } from '../errors';
import { quote } from './describe';
import { formatPath, type Path } from './path';

/** One thing that is wrong with a source's definition. */
export interface Problem {
  /** Where: 'datasets[0].pagination.type'; '' for the definition as a whole. */
  readonly path: string;
  /** What stands there, in a few words; a credential is never shown. */
  readonly received: string;
  /** What may stand there. */
  readonly allowed: string;
}

const mostShown = 50;
const widestPath = 50;
const widestReceived = 40;

/** A definition that cannot be used; the message is a table of its problems, `problems` has them all. */
export class SourceDefinitionError extends ConfigurationError {
  constructor(
    /** As far as it could be read. */
    readonly source: string | undefined,
    readonly problems: readonly Problem[],
  ) {
    super(table(source, problems));
  }
}

/** Makes a problem of a path in segments. What the user wrote as `bigint({ … })` is shown as `columns.id.…`. */
export function problemAt(path: Path, received: string, allowed: string): Problem {
  const insideColumn = path[0] === 'datasets' && path[2] === 'columns';
  const shown = insideColumn ? [...path.slice(0, 4), ...asWritten(path.slice(4))] : path;
  return { path: formatPath(shown), received, allowed };
}

/** A path within a column, without what its builders put around options and types. */
function asWritten([step, ...rest]: Path): Path {
  if (step === 'options') return rest;
  if (step !== 'columnType') return step === undefined ? [] : [step, ...rest];
  const [part, name, ...inner] = rest;
  if (part === 'of') return ['of', ...asWritten(rest.slice(1))];
  return part === 'fields' && name !== undefined ? ['fields', name, ...asWritten(inner)] : rest;
}

function table(source: string | undefined, problems: readonly Problem[]): string {
  const name = source === undefined ? 'the source' : `source ${quote(source)}`;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const shown = problems.slice(0, mostShown).map(({ path, received, allowed }) => ({
    path: path === '' ? '(definition)' : path,
    received,
    allowed,
  }));
  const pathWidth = widest(shown, 'path', widestPath);
  const receivedWidth = widest(shown, 'received', widestReceived);
  const lines = shown.map(
    ({ path, received, allowed }) =>
      `  ${path.padEnd(pathWidth)}  received ${received.padEnd(receivedWidth)}  allowed: ${allowed}`,
  );
  const more = problems.length - shown.length;
  if (more > 0) lines.push(`  … and ${more} more`);
  return [`${name} has ${count}:`, ...lines].join('\n');
}

function widest(problems: readonly Problem[], part: keyof Problem, limit: number): number {
  return problems.reduce((width, problem) => Math.max(width, Math.min(problem[part].length, limit)), 0);
}
