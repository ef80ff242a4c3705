import { quote } from '../describe';
import type { Path } from '../path';
import { type Problem, problemAt } from '../problems';
import { type Fields, fields } from './fields';

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

const credentialHeaders = new Set(['authorization', 'proxy-authorization']);

/** Headers of a signed request that its signature sets. */
const signatureHeaders = ['x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'];

/** Headers that somebody else sets, or that are set twice. */
export function headerProblems(request: Fields, path: Path, auth: Fields): readonly Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const name of Object.keys(fields(request.headers))) {
    const lower = name.toLowerCase();
    const refuse = (allowed: string) =>
      problems.push(problemAt([...path, name], `the name ${quote(name)}`, allowed));
    const taken = headerRefusal(lower, auth);
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower)) refuse("a header name, such as 'Accept'");
    else if (taken !== undefined) refuse(taken);
    else if (lower === 'content-type' && request.body !== undefined)
      refuse('headers other than Content-Type: a body is sent as JSON');
    else if (seen.has(lower)) refuse('each header once, whatever its upper and lower case');
    seen.add(lower);
  }
  return problems;
}

/** Why a source file cannot set a header, as what it may set instead; undefined when it can. `name` in lower case. */
export function headerRefusal(name: string, auth: Fields): string | undefined {
  if (credentialHeaders.has(name))
    return "headers that carry no credential: say it in auth, with secret('…')";
  if (authHeaders(auth).includes(name)) return 'headers other than the one that auth sets';
  if (clientHeaders.has(name)) return 'headers that the HTTP client does not set itself';
  return undefined;
}

/** In lower case. */
function authHeaders(auth: Fields): readonly string[] {
  if (auth.type === 'aws-sigv4') return signatureHeaders;
  if (auth.type !== 'api-key' || (auth.in ?? 'header') !== 'header') return [];
  const name = auth.name ?? 'x-api-key';
  return typeof name === 'string' ? [name.toLowerCase()] : [];
}
