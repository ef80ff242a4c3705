import type { ClientCredentialsAuth } from '../../source/source';
import type { AuthServices } from './authorizer';
import { askAsClient } from './client-identity';
import { type Scheme, withHeader } from './scheme';
import { type Token, tokenCache } from './token-cache';

/** A token for the client itself (RFC 6749, section 4.4). */
export function clientCredentials(auth: ClientCredentialsAuth, services: AuthServices): Scheme {
  const asked = { form: { grant_type: 'client_credentials' }, credentials: [], secretNames: [] };
  const obtain = async (): Promise<Token> => {
    const { grant, credentials } = await askAsClient(auth, asked, services);
    const { accessToken, expiresAt } = grant;
    return { value: accessToken, expiresAt, credentials: [accessToken, ...credentials] };
  };
  return withToken(tokenCache(obtain, services));
}

/** Sends the token that is held as a bearer token (RFC 6750, section 2.1). */
export function withToken(token: ReturnType<typeof tokenCache>): Scheme {
  return async (request, options) => {
    const { value, credentials } = await token(options);
    return { request: withHeader(request, 'authorization', `Bearer ${value}`), credentials };
  };
}
