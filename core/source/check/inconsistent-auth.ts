import { describe, quote } from '../describe';
import { type Problem, problemAt } from '../problems';
import { type Fields, fields } from './fields';

/** Fields of a token request that the grants themselves fill (RFC 6749, sections 2.3.1, 3.3, 4.4.2 and 6). */
const ownFields = ['grant_type', 'client_id', 'client_secret', 'refresh_token', 'scope'];

/** Keys that come in pairs, fields that the grant fills itself, a certificate where nobody asks for one. */
export function authProblems(source: Fields): readonly Problem[] {
  const auth = fields(source.auth);
  return [
    ...keyPair(auth),
    ...allowedActions(auth),
    ...grantFields(auth),
    ...basicName(auth),
    ...certificate(source),
  ];
}

function keyPair(auth: Fields): readonly Problem[] {
  if (auth.type !== 'aws-sigv4') return [];
  const names = ['accessKeyId', 'secretAccessKey'];
  const missing = names.filter((name) => auth[name] === undefined);
  if (missing.length !== 1) return [];
  return missing.map((name) =>
    problemAt(
      ['auth', name],
      'nothing',
      'both accessKeyId and secretAccessKey, or neither for the own role of the function',
    ),
  );
}

/** Services that sign by another name than the one that their actions begin with. */
const actionPrefixes: Readonly<Record<string, string>> = { monitoring: 'cloudwatch', email: 'ses' };

/** What the own role may do is for a source that it signs for, and for that one's service. */
function allowedActions({ type, service, allow, accessKeyId, secretAccessKey }: Fields): readonly Problem[] {
  if (type !== 'aws-sigv4' || !Array.isArray(allow)) return [];
  if (accessKeyId !== undefined || secretAccessKey !== undefined)
    return [
      problemAt(
        ['auth', 'allow'],
        describe(allow),
        'nothing where keys sign: what they may do, their own account says',
      ),
    ];
  if (typeof service !== 'string') return [];
  const prefix = actionPrefixes[service] ?? service;
  return allow.flatMap((one, index) => {
    const { actions } = fields(one);
    if (!Array.isArray(actions)) return [];
    return actions.flatMap((action, at) =>
      typeof action !== 'string' || !action.includes(':') || action.startsWith(`${prefix}:`)
        ? []
        : [
            problemAt(
              ['auth', 'allow', index, 'actions', at],
              quote(action),
              `actions of the service that is signed for: '${prefix}:…'`,
            ),
          ],
    );
  });
}

function grantFields(auth: Fields): readonly Problem[] {
  if (typeof auth.type !== 'string' || !auth.type.startsWith('oauth2-')) return [];
  return Object.keys(fields(auth.parameters))
    .filter((name) => ownFields.includes(name))
    .map((name) =>
      problemAt(
        ['auth', 'parameters', name],
        `the name ${quote(name)}`,
        'fields that the grant does not fill itself',
      ),
    );
}

/** The first colon ends the name (RFC 7617, section 2). */
function basicName({ type, username }: Fields): readonly Problem[] {
  if (type !== 'basic' || typeof username !== 'string' || !username.includes(':')) return [];
  return [problemAt(['auth', 'username'], 'a text (not shown)', "a name without ':', or secret('name')")];
}

function certificate({ tls, baseUrl }: Fields): readonly Problem[] {
  if (tls === undefined || typeof baseUrl !== 'string' || !/^http:/i.test(baseUrl)) return [];
  return [
    problemAt(
      ['tls'],
      describe(tls),
      'nothing for a baseUrl with http: a certificate is shown over https only',
    ),
  ];
}
