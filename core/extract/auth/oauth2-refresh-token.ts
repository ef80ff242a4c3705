import type { RefreshTokenAuth } from '../../source/source';
import type { AuthServices } from './authorizer';
import { askAsClient, isGrantRefused } from './client-identity';
import { withToken } from './oauth2-client-credentials';
import type { Scheme } from './scheme';
import { type StoredTokens, TokenStore } from './stored-tokens';
import { type Token, tokenCache } from './token-cache';

/** How often the secret is read again after a refresh token was refused, and milliseconds before each time. */
const patience = { times: 3, milliseconds: 1000 };

/** Milliseconds that an access token of another lane must still have to be worth taking. */
const shortestLife = 30_000;

/**
 * Tokens for a refresh token (RFC 6749, section 6). Where each use replaces the refresh token, the lanes hand the new one on
 * through its secret, and the access token with it: so a lane whose turn comes takes what another has just been given, and
 * one that was too late finds it there.
 */
export function refreshToken(auth: RefreshTokenAuth, services: AuthServices): Scheme {
  const lane = new RefreshingLane(auth, services);
  return withToken(tokenCache((held) => lane.obtain(held), services));
}

class RefreshingLane {
  readonly #store: TokenStore;

  constructor(
    private readonly auth: RefreshTokenAuth,
    private readonly services: AuthServices,
  ) {
    this.#store = new TokenStore(auth.refreshToken.secret, services);
  }

  async obtain(held: Token | undefined): Promise<Token> {
    let stored = await this.#store.read();
    for (let rereads = 0; ; ) {
      const shared = this.#shared(stored, held);
      if (shared) return shared;
      try {
        return await this.#refresh(stored);
      } catch (error) {
        if (!isGrantRefused(error)) throw error;
        const before = stored;
        while (stored.refreshToken === before.refreshToken && stored.accessToken === before.accessToken) {
          if (rereads === patience.times) throw error;
          rereads += 1;
          await this.services.clock.sleep(patience.milliseconds);
          stored = await this.#store.read();
        }
      }
    }
  }

  /** What another lane was given meanwhile. */
  #shared(
    { accessToken, expiresAt, refreshToken }: StoredTokens,
    held: Token | undefined,
  ): Token | undefined {
    if (accessToken === undefined || accessToken === held?.value) return undefined;
    if (expiresAt !== undefined && expiresAt - this.services.clock.now() < shortestLife) return undefined;
    return { value: accessToken, expiresAt, credentials: [accessToken, refreshToken] };
  }

  async #refresh(stored: StoredTokens): Promise<Token> {
    const used = stored.refreshToken;
    const asked = {
      form: { grant_type: 'refresh_token', refresh_token: used },
      credentials: [used, ...(stored.accessToken === undefined ? [] : [stored.accessToken])],
      secretNames: [this.auth.refreshToken.secret],
    };
    const { grant, credentials } = await askAsClient(this.auth, asked, this.services);
    const { accessToken, expiresAt, refreshToken } = grant;
    const isReplaced = refreshToken !== undefined && refreshToken !== used;
    if (isReplaced) await this.#store.write({ refreshToken, accessToken, expiresAt });
    return {
      value: accessToken,
      expiresAt,
      credentials: [accessToken, ...(isReplaced ? [refreshToken] : []), ...credentials],
    };
  }
}
