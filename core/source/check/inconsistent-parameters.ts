import { quote } from '../describe';
import { type Path, PathSyntaxError, parsePath } from '../path';
import { type Problem, problemAt } from '../problems';
import { type Fields, fields } from './fields';
import { headerRefusal } from './inconsistent-headers';
import { type Placed, parametersOf } from './parameters-of';

/** Who sets a place of the request, by place: 'query page', 'body variables.after', 'header x-page', 'path page'. */
type Owners = Map<string, string>;

/** Places in the request that two set: pagination, auth, or the request's own query, body and headers. */
export function parameterProblems(dataset: Fields, path: Path, auth: Fields): readonly Problem[] {
  const request = fields(dataset.request);
  const owners: Owners = new Map();
  if (auth.type === 'api-key' && auth.in === 'query') owners.set(`query ${auth.name ?? 'x-api-key'}`, 'auth');
  const parameters = parametersOf(fields(dataset.pagination));
  return [
    ...parameters.flatMap((parameter) =>
      placeProblems(parameter, request, auth, owners, [...path, 'pagination', parameter.option]),
    ),
    ...Object.keys(fields(request.query)).flatMap((name) => {
      const owner = owners.get(`query ${name}`);
      if (owner === undefined) return [];
      return [
        problemAt(
          [...path, 'request', 'query', name],
          `the name ${quote(name)}`,
          `parameters that ${owner} does not set`,
        ),
      ];
    }),
    ...headerNames(request).flatMap((name) => {
      if (!owners.has(`header ${name.toLowerCase()}`)) return [];
      return [
        problemAt(
          [...path, 'request', 'headers', name],
          `the name ${quote(name)}`,
          'headers that pagination does not set',
        ),
      ];
    }),
  ];
}

function placeProblems(
  placed: Placed,
  request: Fields,
  auth: Fields,
  owners: Owners,
  path: Path,
): readonly Problem[] {
  const refuse = (allowed: string) => [problemAt(path, quote(placed.text), allowed)];
  const place = placed.in === 'header' ? placed.text.toLowerCase() : placed.text;
  const owner = owners.get(`${placed.in} ${place}`);
  owners.set(`${placed.in} ${place}`, 'pagination');
  if (owner !== undefined) return refuse(`a parameter that ${owner} does not set`);
  if (placed.in === 'body') return bodyProblems(placed, request, refuse);
  if (placed.in !== 'header') return [];
  const taken = headerRefusal(place, auth);
  return taken === undefined ? [] : refuse(taken);
}

/** A parameter is set at a path of the body that leads through objects and lists, and ends where nothing is yet. */
function bodyProblems(
  { text }: Placed,
  { body }: Fields,
  refuse: (allowed: string) => readonly Problem[],
): readonly Problem[] {
  if (body === undefined)
    return refuse('a place in a request that has a body: write request.body, {} at least');
  const segments = segmentsOf(text);
  let value: unknown = body;
  for (const segment of segments) {
    if (typeof value !== 'object' || value === null)
      return refuse('a path that leads through objects and lists of request.body');
    if (!Object.hasOwn(value, segment)) return [];
    value = Reflect.get(value, segment);
  }
  return segments.length === 0 ? [] : refuse('a path where request.body holds nothing');
}

function segmentsOf(text: string): Path {
  try {
    return parsePath(text);
  } catch (error) {
    if (error instanceof PathSyntaxError) return []; // reported as such
    throw error;
  }
}

function headerNames(request: Fields): readonly string[] {
  return Object.keys(fields(request.headers));
}
