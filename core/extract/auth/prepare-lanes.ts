import type { Source } from '../../source/source';
import { type Authorizer, type AuthServices, createAuthorizer } from './authorizer';

/**
 * Makes what is called before lanes start. Where each use replaces a refresh token, lanes that start together would all send
 * the one in the secret, and sources that detect its reuse revoke every token: so a token is got once before, and the lanes
 * find it in the secret. The secret is read every time, as somebody may have stored another one. Does nothing for another
 * auth, whose `services` are not asked for. Rejects as Authorizer.authorize does.
 */
export function lanePreparation(
  source: Pick<Source, 'name' | 'baseUrl' | 'auth'>,
  services: () => Promise<AuthServices>,
): () => Promise<void> {
  // One that failed is kept: it may hold a new refresh token that could not be written yet.
  let pending: Authorizer | undefined;
  return async () => {
    if (source.auth.type !== 'oauth2-refresh-token') return;
    pending ??= createAuthorizer(source, await services());
    await pending.authorize({ method: 'GET', url: source.baseUrl, headers: {} });
    pending = undefined;
  };
}
