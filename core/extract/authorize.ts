import { ConfigurationError } from '../errors';
import type { Secrets } from '../run/ports';
import { secretOf } from '../source/secret-of';
import type { Auth, Source } from '../source/source';
import type { PageRequest } from './request';

/** A request that carries its credential, and what may be said about it. */
export interface AuthorizedRequest extends PageRequest {
  /** Method and URL without credentials, for logs and errors. */
  readonly shown: string;
  /** What must not appear in anything that is written. */
  readonly credentials: readonly string[];
}

/**
 * Gives a request the credential its source asks for; with `refresh`, one that is read again from where it is
 * kept. Rejects with a ConfigurationError when the request goes anywhere but to the source's own origin, and when
 * the secret is missing, empty or cannot travel in a header.
 */
export async function authorize(
  request: PageRequest,
  source: Pick<Source, 'name' | 'baseUrl' | 'auth'>,
  secrets: Secrets,
  { refresh = false }: { refresh?: boolean } = {},
): Promise<AuthorizedRequest> {
  const { auth } = source;
  const url = new URL(request.url);
  const shown = `${request.method} ${url.origin}${url.pathname}${url.search}`;
  const home = new URL(source.baseUrl).origin;
  if (url.origin !== home) {
    throw new ConfigurationError(
      `source '${source.name}' may only be asked at ${home}, not at ${url.origin}: correct the request's path`,
    );
  }
  const name = secretOf(auth);
  if (auth.type === 'none' || name === undefined) return { ...request, shown, credentials: [] };

  const credential = await (refresh ? secrets.refresh(name) : secrets.get(name));
  if (!/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(credential)) {
    throw new ConfigurationError(
      `secret '${name}' is empty, or holds a line break, white space at an end or a letter beyond ASCII: store it again without`,
    );
  }
  return { ...withCredential(request, url, auth, credential), shown, credentials: [credential] };
}

function withCredential(
  request: PageRequest,
  url: URL,
  auth: Exclude<Auth, { type: 'none' }>,
  credential: string,
): PageRequest {
  if (auth.type === 'bearer') return withHeader(request, 'authorization', `Bearer ${credential}`);
  if (auth.in === 'header') return withHeader(request, auth.name.toLowerCase(), credential);
  const withKey = new URL(url);
  withKey.searchParams.set(auth.name, credential);
  return { ...request, url: withKey.href };
}

function withHeader(request: PageRequest, name: string, value: string): PageRequest {
  return { ...request, headers: { ...request.headers, [name]: value } };
}
