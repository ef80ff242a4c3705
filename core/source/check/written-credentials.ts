import { isClearlyCredential } from '../../discover/credential-names';
import { quote } from '../describe';
import type { Path } from '../path';
import { type Problem, problemAt } from '../problems';
import { type Fields, fields } from './fields';
import { headerRefusal } from './inconsistent-headers';

/** What no credential looks like: nothing, a switch, an order, a small number, or a parameter of a slice alone. */
const harmless = /^(|true|false|yes|no|on|off|none|null|asc|desc|-?\d{1,3}|\{\w+\})$/i;

/** Credentials that are written into a request instead of being named: whoever reads the file, a log or an event would know them. */
export function requestCredentials(dataset: Fields, path: Path, auth: Fields): readonly Problem[] {
  const { query, headers, body } = fields(dataset.request);
  const at = [...path, 'request'];
  const instead = (name: string, where: string) =>
    `no credential in clear: leave it out, and declare auth: { type: 'api-key', ${where}name: ${quote(name)}, key: secret('…') }`;
  const inQuery = (name: string) => instead(name, "in: 'query', ");
  return [
    ...entries(query, [...at, 'query'], inQuery),
    ...entries(fields(dataset.incremental).query, [...path, 'incremental', 'query'], inQuery),
    ...entries(ownHeaders(headers, auth), [...at, 'headers'], (name) => instead(name, '')),
    ...inBody(body, [...at, 'body']),
  ];
}

/** Credentials in the query of the URL that tokens are asked from; a baseUrl has no query at all. */
export function tokenUrlCredentials(auth: Fields): readonly Problem[] {
  const { tokenUrl: url } = auth;
  if (typeof url !== 'string' || !URL.canParse(url)) return [];
  const names = [...new URL(url).searchParams].filter(([name, value]) => isWritten(name, value));
  return names.map(([name]) =>
    problemAt(
      ['auth', 'tokenUrl'],
      'a URL with credentials (not shown)',
      `a URL without ${quote(name)} in its query: a credential is named in auth, with secret('…')`,
    ),
  );
}

/** Those that are not refused for another reason. */
function ownHeaders(headers: unknown, auth: Fields): Fields {
  const own = Object.entries(fields(headers)).filter(
    ([name]) => headerRefusal(name.toLowerCase(), auth) === undefined,
  );
  return Object.fromEntries(own);
}

function entries(values: unknown, path: Path, allowed: (name: string) => string): readonly Problem[] {
  return Object.entries(fields(values))
    .filter(([name, value]) => [value].flat().some((one) => isWritten(name, one)))
    .map(([name]) => problemAt([...path, name], 'a text (not shown)', allowed(name)));
}

function inBody(value: unknown, path: Path): readonly Problem[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => {
    const at = [...path, Array.isArray(value) ? Number(name) : name];
    if (!isWritten(name, one)) return inBody(one, at);
    const allowed = "no credential in clear: auth sends one in a header or in the query, with secret('…')";
    return [problemAt(at, 'a text (not shown)', allowed)];
  });
}

function isWritten(name: string, value: unknown): boolean {
  return typeof value === 'string' && !harmless.test(value) && isClearlyCredential(name);
}
