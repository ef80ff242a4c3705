import { fields } from './fields';

/**
 * Why a text is no regular expression, as far as JavaScript can tell; undefined where it may be one. Columns take RE2's syntax
 * (https://github.com/google/re2/wiki/Syntax), which DuckDB checks when it shapes: what RE2 has beyond JavaScript is passed here.
 */
export function regularExpressionProblem(pattern: string): string | undefined {
  return pattern === '' ? 'it is empty' : compile(pattern).problem;
}

/** Why the text that stands for what a pattern matches cannot; undefined where it can. A backslash names a group, or stands before another one. */
export function replacementProblem(given: unknown): string | undefined {
  const { pattern, with: text } = fields(given);
  if (typeof pattern !== 'string' || typeof text !== 'string') return undefined;
  // An empty alternative matches anything, and the match has a place for every group.
  const groups = compile(`${pattern}|`).expression?.exec('')?.length;
  for (const [, after = ''] of text.matchAll(/\\(.?)/gsu)) {
    if (after !== '\\' && !/\d/.test(after)) return '\\0 to \\9 for a group, or \\\\ for a backslash';
    if (groups !== undefined && Number(after) >= groups)
      return `groups up to \\${groups - 1}, for the pattern has no more`;
  }
  return undefined;
}

interface Compiled {
  readonly expression?: RegExp;
  readonly problem?: string;
}

function compile(pattern: string): Compiled {
  try {
    return { expression: new RegExp(inJavaScript(pattern)) };
  } catch (error) {
    // V8 says 'Invalid regular expression: /(/: Unterminated group'.
    const problem = String(error).split(': ').at(-1) ?? '';
    return { problem: problem.toLowerCase() };
  }
}

/** What only RE2 knows, by something alike that JavaScript knows too. */
function inJavaScript(pattern: string): string {
  return pattern
    .replace(/\\Q.*?(?:\\E|$)/gs, 'q')
    .replace(/\[:\^?\w+:\]/g, 'a')
    .replace(/\[(\^?)\]/g, '[$1\\]')
    .replace(/\(\?[imsU-]*([:)])/g, (_, end) => (end === ':' ? '(?:' : '(?:)'))
    .replaceAll('(?P<', '(?<');
}
