import { ConfigurationError } from '../../errors';
import type { Clock, Secrets } from '../../run/ports';
import type { Auth, Source } from '../../source/source';
import type { Client } from '../http/client';
import { mask } from '../http/mask';
import type { PageRequest } from '../page/request';
import { apiKey } from './api-key';
import { awsSigV4 } from './aws-sigv4';
import { basic } from './basic';
import { bearer } from './bearer';
import { custom } from './custom';
import { HandedOut } from './handed-out';
import { clientCredentials } from './oauth2-client-credentials';
import { refreshToken } from './oauth2-refresh-token';
import type { Scheme } from './scheme';
import { secretReader } from './secret-reader';

/** A request that carries its credential, and what may be said about it. */
export interface AuthorizedRequest extends PageRequest {
  /** Method and URL without credentials, for logs and errors. */
  readonly shown: string;
  /** What must not appear in anything that is written: the credential and all that it was made from. */
  readonly credentials: readonly string[];
  /** Those of them that no link of a page may keep: see Admitted. @default credentials */
  readonly lasting?: readonly string[];
  /** Whether redirects within the origin are followed. @default 'follow' */
  readonly redirects?: 'follow' | 'refuse';
  /** The request for another URL of the same origin. @default the headers go along as they are */
  readonly movedTo?: (url: string, signal?: AbortSignal) => Promise<AuthorizedRequest>;
}

/** Gives requests the credential of one source. One per container, which shares its tokens among its requests. */
export interface Authorizer {
  /**
   * Resolves with the request and its credential: another one than that of `refused`, a request that was answered 401.
   * Rejects with a ConfigurationError when the request goes anywhere but to the source's own origin, and when a secret is
   * missing, empty or cannot travel in a header; with a PermanentError, TransientError or ThrottledError when no token is
   * given; with the signal's reason when it aborts.
   */
  authorize(request: PageRequest, options?: AuthorizeOptions): Promise<AuthorizedRequest>;
  /** The text without any credential that was handed out, for what quotes a page: a source may echo what it was sent. */
  redact(text: string): string;
}

export interface AuthorizeOptions {
  readonly refused?: AuthorizedRequest | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Signs a request with AWS Signature Version 4; resolves with it as it must be sent. */
export type SignRequest = (request: PageRequest, options: SigningOptions) => Promise<PageRequest>;

export interface SigningOptions {
  readonly region: string;
  readonly service: string;
  /** @default those of the function's own role */
  readonly keys?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

/** What authorizing needs. */
export interface AuthServices {
  readonly secrets: Secrets;
  /** For token endpoints. */
  readonly client: Client;
  readonly clock: Clock;
  /** For sources of type 'aws-sigv4'. */
  readonly sign?: SignRequest | undefined;
  /** From 0 to 1, so that lanes do not act in step. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** Makes the authorizer of a source. */
export function createAuthorizer(
  source: Pick<Source, 'name' | 'baseUrl' | 'auth'>,
  services: AuthServices,
): Authorizer {
  const home = new URL(source.baseUrl).origin;
  const scheme = schemeOf(source.name, source.auth, services);
  const handedOut = new HandedOut();
  const authorize: Authorizer['authorize'] = async (request, options = {}) => {
    const { origin, username, password } = new URL(request.url);
    if (origin !== home || username !== '' || password !== '') {
      throw new ConfigurationError(
        `source '${source.name}' may only be asked at ${home}, not at ${origin}: correct the request's path`,
      );
    }
    const admitted = await scheme(request, options);
    handedOut.add(admitted.credentials);
    return {
      ...admitted.request,
      // A source's own link may hold the key that it was asked with.
      shown: mask(`${request.method} ${request.url}`, admitted.credentials),
      credentials: admitted.credentials,
      ...(admitted.lasting === undefined ? {} : { lasting: admitted.lasting }),
      movedTo: (url, signal) => authorize({ ...request, url }, { signal }),
    };
  };
  return { authorize, redact: (text) => handedOut.redact(text) };
}

function schemeOf(name: string, auth: Auth, services: AuthServices): Scheme {
  const read = secretReader(services.secrets);
  switch (auth.type) {
    case 'none':
      return async (request) => ({ request, credentials: [] });
    case 'bearer':
      return bearer(auth, read);
    case 'basic':
      return basic(auth, read);
    case 'api-key':
      return apiKey(auth, read);
    case 'oauth2-client-credentials':
      return clientCredentials(auth, services);
    case 'oauth2-refresh-token':
      return refreshToken(auth, services);
    case 'aws-sigv4':
      return awsSigV4(name, auth, services.sign, read);
    case 'custom':
      return custom(name, auth, services.clock, read);
  }
}
