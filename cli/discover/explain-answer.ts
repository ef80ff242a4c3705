import type { NoRecords } from '../../core/discover/find-records';
import { isObject } from '../../core/discover/json-tree';
import type { Look } from '../../core/discover/look';
import { secretsOf } from '../../core/source/secrets-of';
import type { Auth } from '../../core/source/source';
import { Finding } from '../fail';
import { secretVariable } from '../sources/local-secrets';
import type { NoPageError } from './ask-source';

/** What to say of a first answer that is no page: which auth to try where it is a matter of that. */
export function explainRefusal(error: NoPageError, auth: Auth): Finding {
  const { status, headers } = error.answer;
  if (status !== 401 && status !== 403) return new Finding(error.message);
  const variables = secretsOf({ auth }).map(secretVariable);
  if (variables.length > 0)
    return new Finding(
      `${error.message}; check ${variables.join(' and ')}, what it may read, and whether --auth says how it is sent`,
    );
  return new Finding(
    `${error.message}; it wants a credential: try ${wantedAuth(headers['www-authenticate'])}`,
  );
}

function wantedAuth(challenge = ''): string {
  if (/^bearer/i.test(challenge)) return '--auth bearer, which its WWW-Authenticate header asks for';
  if (/^basic/i.test(challenge)) return '--auth basic, which its WWW-Authenticate header asks for';
  return '--auth bearer, --auth basic, --auth api-key:<header> or --auth api-key-query:<parameter>';
}

/** What to say of a first answer that does not fit in memory. */
export function explainTooLarge(url: URL): Finding {
  return new Finding(
    `${url.origin}${url.pathname} answers with more than is read at once: name a smaller page in the URL, such as '?limit=100'`,
  );
}

/** Characters of a source's own words that are repeated. */
const mostQuoted = 200;

/** What to say of a page without records; `redact` takes credentials off what the source says. */
export function explainNoRecords(
  found: NoRecords,
  { url, body }: Look,
  redact: (text: string) => string,
): Finding {
  if (found.complaint !== undefined) {
    const said = redact(found.complaint)
      .replace(/[\s\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
      .trim();
    const quoted = said.length > mostQuoted ? `${said.slice(0, mostQuoted)}…` : said;
    return new Finding(
      `${redact(url.origin + url.pathname)} answers with an error instead of records: ${quoted}`,
    );
  }
  const names = isObject(body) ? [...body.keys()].slice(0, 20).map((name) => name.slice(0, 40)) : [];
  const has = names.length === 0 ? '' : ` (the body has ${names.join(', ')})`;
  const place = (path: string) => (path === '' ? 'its body' : `'${path}'`);
  const shown = url.origin + url.pathname;
  switch (found.type) {
    case 'empty':
      return new Finding(
        `${shown} gives an empty list in ${place(found.path)}: there is nothing to learn columns from; give a URL that has records`,
      );
    case 'no-objects':
      return new Finding(
        `${shown} gives a list in ${place(found.path)} that holds no objects, so there are no fields for columns${has}`,
      );
    case 'no-list':
      return new Finding(
        `${shown} gives no list of records${has}: give the URL of a collection, such as '/orders' rather than '/orders/1'`,
      );
  }
}
