import type { Parameter } from '../../../core/source/pagination';
import { parsePath, readPath } from '../../../core/source/path';
import { headerOf, type Received } from './exchange';

/** Where the API's datasets are. */
export const basePath = '/v1';

/** What a request gives for a parameter of its dataset, whose path is `template`; undefined when it gives nothing. */
export function parameterValue(
  received: Received,
  parameter: Parameter,
  template: string,
): string | undefined {
  switch (parameter.in) {
    case 'query':
      return received.url.searchParams.get(parameter.name) ?? undefined;
    case 'header':
      return headerOf(received, parameter.name);
    case 'path':
      return pathValues(received.url.pathname, template)?.[parameter.name];
    case 'body': {
      const value = readPath(received.json, parsePath(parameter.path));
      return value === undefined || value === null ? undefined : String(value);
    }
  }
}

/** The values of `{name}` in a path; undefined when the path is not of the template. */
export function pathValues(pathname: string, template: string): Record<string, string> | undefined {
  const pattern = template.replace(/\{(\w+)\}/g, '(?<$1>[^/]*)');
  const match = new RegExp(`^${basePath}${pattern}$`).exec(pathname);
  if (match === null) return undefined;
  const values = Object.entries(match.groups ?? {});
  return Object.fromEntries(values.map(([name, value]) => [name, decodeURIComponent(value)]));
}
