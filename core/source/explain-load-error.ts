import { describe } from './describe';
import { SourceDefinitionError } from './problems';

/** esbuild's account of a syntax error: '<file>:<line>:<column>: ERROR: <text>'. */
const esbuildError = /^(.+:\d+:\d+): ERROR: (.+)$/m;

/**
 * One sentence on why a file could not be loaded, beginning with the file, line and column where they are known;
 * for a definition with problems, followed by their table. Never a stack trace.
 * `shown` is the file as people should read it.
 */
export function explainLoadError(error: unknown, file: string, shown: string): string {
  if (!isError(error)) return `${shown} throws ${describe(error)}: throw nothing while it is loaded`;
  const message = textOf(error, 'message');
  const syntax = esbuildError.exec(message);
  if (syntax?.[1] !== undefined && syntax[2] !== undefined) {
    const place = syntax[1].replace(file, shown);
    return place.startsWith(shown) ? `${place}: ${syntax[2]}` : `${shown} imports ${place}: ${syntax[2]}`;
  }
  const place = placeIn(`${message}\n${textOf(error, 'stack')}`, file, shown);
  return `${place}: ${error instanceof SourceDefinitionError ? message : summary(error, message)}`;
}

/** By tag too: an error may come from another realm than this module. */
function isError(value: unknown): value is object {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

/** A compiler's first line may be decorated ("x Expression expected") and followed by an excerpt. */
function summary(error: object, message: string): string {
  const first = message.split('\n').find((line) => line.trim() !== '');
  const text = first?.trim().replace(/^[x×] /u, '');
  return text ?? `it throws an ${textOf(error, 'name') || 'error'} without a message`;
}

/** The first place inside the file that the text names, else just the file. */
function placeIn(text: string, file: string, shown: string): string {
  const start = text.indexOf(`${file}:`);
  const position = start === -1 ? null : /^:\d+(:\d+)?/.exec(text.slice(start + file.length));
  return position === null ? shown : `${shown}${position[0]}`;
}

function textOf(error: object, property: 'message' | 'stack' | 'name'): string {
  try {
    return String(Reflect.get(error, property) ?? '');
  } catch {
    return '';
  }
}
