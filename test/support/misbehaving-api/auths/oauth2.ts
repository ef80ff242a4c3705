import type { Auth } from '../../../../core/source/source';
import { headerOf, type Received, type Reply, reply } from '../exchange';
import type { AuthCase, Door, DoorOptions } from './auth-case';

const clientId = 'client-1';
const clientSecret = 'shh-5e7c&=%+';
const secret = (name: string) => ({ secret: name });

/** How an authorization server behaves. */
interface TokenRules {
  readonly clientAuth: 'basic' | 'body';
  /** Seconds, as the server says; undefined when it does not say. */
  readonly expiresIn?: number;
  /** Requests after which a token is no longer good, whatever was said. @default never */
  readonly uses?: number;
  /** Whether a refresh token is good once only, and replaced. */
  readonly rotates?: boolean;
}

const firstRefreshToken = 'refresh-0-a1b2c3';

class AuthorizationServer {
  readonly #issued = new Map<string, { readonly until: number; uses: number }>();
  readonly #all: string[] = [];
  #refreshToken = firstRefreshToken;

  constructor(
    private readonly grant: 'client_credentials' | 'refresh_token',
    private readonly rules: TokenRules,
    private readonly options: DoorOptions,
  ) {}

  refuse(received: Received): string | undefined {
    const token = /^Bearer (.+)$/.exec(headerOf(received, 'authorization') ?? '')?.[1];
    const issued = token === undefined ? undefined : this.#issued.get(token);
    if (issued === undefined) return 'unknown token';
    issued.uses += 1;
    if (this.options.clock.now() > issued.until) return 'token expired';
    return issued.uses > (this.rules.uses ?? Number.POSITIVE_INFINITY) ? 'token revoked' : undefined;
  }

  token(received: Received): Reply {
    const form = new URLSearchParams(received.body);
    if (received.method !== 'POST' || !this.#isClient(received, form))
      return reply(401, { error: 'invalid_client' });
    if (form.get('grant_type') !== this.grant || form.get('audience') !== 'acme') {
      return reply(400, { error: 'invalid_grant' });
    }
    if (this.grant === 'refresh_token' && form.get('refresh_token') !== this.#refreshToken) {
      return reply(400, { error: 'invalid_grant', error_description: 'the refresh token was used already' });
    }
    const number = this.#issued.size + 1;
    const accessToken = `access-${number}-d4e5f6`;
    const { expiresIn, rotates } = this.rules;
    this.#issued.set(accessToken, { until: this.options.clock.now() + (expiresIn ?? 1e9) * 1000, uses: 0 });
    this.#all.push(accessToken);
    const answer = {
      access_token: accessToken,
      token_type: 'bearer',
      ...(expiresIn && { expires_in: expiresIn }),
    };
    if (!rotates) return reply(200, answer);
    this.#refreshToken = `refresh-${number}-a1b2c3`;
    this.#all.push(this.#refreshToken);
    return reply(200, { ...answer, refresh_token: this.#refreshToken });
  }

  credentials(): readonly string[] {
    return [...this.#all, clientSecret, firstRefreshToken];
  }

  /** RFC 6749, section 2.3.1: both are form-encoded before they become Basic. */
  #isClient(received: Received, form: URLSearchParams): boolean {
    if (this.rules.clientAuth === 'body') {
      return form.get('client_id') === clientId && form.get('client_secret') === clientSecret;
    }
    const expected = Buffer.from(`${clientId}:${encodeURIComponent(clientSecret)}`).toString('base64');
    return headerOf(received, 'authorization') === `Basic ${expected}`;
  }
}

function clientCredentials(name: string, rules: TokenRules): AuthCase {
  return oauth2(name, 'client_credentials', rules, (common) => ({
    ...common,
    type: 'oauth2-client-credentials',
    clientSecret: secret('acme/client-secret'),
  }));
}

function refreshToken(name: string, rules: TokenRules): AuthCase {
  return oauth2(name, 'refresh_token', rules, (common) => ({
    ...common,
    type: 'oauth2-refresh-token',
    refreshToken: secret('acme/refresh-token'),
    clientSecret: secret('acme/client-secret'),
  }));
}

function oauth2(
  name: string,
  grant: 'client_credentials' | 'refresh_token',
  rules: TokenRules,
  declare: (common: {
    tokenUrl: string;
    clientId: string;
    clientAuth: 'basic' | 'body';
    scopes: string[];
    parameters: Record<string, string>;
  }) => Auth,
): AuthCase {
  return {
    name,
    open(options): Door {
      const server = new AuthorizationServer(grant, rules, options);
      const { clientAuth } = rules;
      const parameters = { audience: 'acme' };
      return {
        auth: declare({ tokenUrl: options.tokenUrl, clientId, clientAuth, scopes: ['read'], parameters }),
        secrets: {
          'acme/client-secret': clientSecret,
          ...(grant === 'refresh_token' && { 'acme/refresh-token': firstRefreshToken }),
        },
        refuse: (received) => server.refuse(received),
        token: (received) => server.token(received),
        credentials: () => server.credentials(),
      };
    },
  };
}

/** Tokens that come and go. */
export const oauth2Auths: readonly AuthCase[] = [
  clientCredentials('OAuth 2 client credentials', { clientAuth: 'body', expiresIn: 3600 }),
  clientCredentials('OAuth 2 client credentials by Basic, tokens that expire', {
    clientAuth: 'basic',
    expiresIn: 90,
  }),
  clientCredentials('OAuth 2 client credentials, tokens that are revoked early', {
    clientAuth: 'body',
    uses: 5,
  }),
  refreshToken('OAuth 2 refresh token', { clientAuth: 'body', expiresIn: 3600 }),
  refreshToken('OAuth 2 refresh token that rotates', {
    clientAuth: 'body',
    expiresIn: 3600,
    uses: 5,
    rotates: true,
  }),
];
