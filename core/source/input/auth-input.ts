import type { SecretRef } from '../secret-ref';
import type { HeaderFunction } from '../source';

/** How a source lets us in, as it is written in a source file. */
export type AuthInput =
  /** Everybody may read. */
  | { readonly type: 'none' }
  /** `Authorization: Bearer …`. @example { type: 'bearer', token: secret('geonames/token') } */
  | { readonly type: 'bearer'; readonly token: SecretRef }
  | BasicInput
  | ApiKeyInput
  | ClientCredentialsInput
  | RefreshTokenInput
  | SigV4Input
  | CustomInput;

/** `Authorization: Basic …` (RFC 7617). @example { type: 'basic', username: 'baseload', password: secret('acme/password') } */
export interface BasicInput {
  readonly type: 'basic';
  /** Written down, or a credential itself. @example 'baseload' */
  readonly username: string | SecretRef;
  /** @default none: some sources take a key as the user name and nothing else @example secret('acme/password') */
  readonly password?: SecretRef | undefined;
}

/** A key in a header or a query parameter. @example { type: 'api-key', key: secret('acme/key'), in: 'query', name: 'key' } */
export interface ApiKeyInput {
  readonly type: 'api-key';
  readonly key: SecretRef;
  /** Where the key travels. @default 'header' */
  readonly in?: 'header' | 'query' | undefined;
  /** Name of the header or query parameter. @default 'x-api-key' */
  readonly name?: string | undefined;
}

/** What both OAuth 2 grants have. */
interface OAuth2Input {
  /** Where tokens are made: https, or http on this machine. @example 'https://login.example.com/oauth/token' */
  readonly tokenUrl: string;
  /** Written down, or a credential itself. @example secret('acme/client-id') */
  readonly clientId: string | SecretRef;
  /** Whether the client says who it is in `Authorization: Basic`, or in fields of the form. @default 'body' */
  readonly clientAuth?: 'basic' | 'body' | undefined;
  /** What we ask to be allowed. @default [] @example ['orders.read'] */
  readonly scopes?: readonly string[] | undefined;
  /** Further fields of the form. @default {} @example { audience: 'https://api.example.com' } */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
}

/**
 * OAuth 2, the client-credentials grant (RFC 6749, section 4.4).
 * @example { type: 'oauth2-client-credentials', tokenUrl: '…', clientId: 'baseload', clientSecret: secret('acme/secret') }
 */
export interface ClientCredentialsInput extends OAuth2Input {
  readonly type: 'oauth2-client-credentials';
  /** @example secret('acme/client-secret') */
  readonly clientSecret: SecretRef;
}

/**
 * OAuth 2, the refresh-token grant (RFC 6749, section 6); a refresh token that is replaced is written back to its secret.
 * @example { type: 'oauth2-refresh-token', tokenUrl: '…', clientId: 'baseload', refreshToken: secret('acme/refresh') }
 */
export interface RefreshTokenInput extends OAuth2Input {
  readonly type: 'oauth2-refresh-token';
  /** @example secret('acme/refresh-token') */
  readonly refreshToken: SecretRef;
  /** @default none, for a public client */
  readonly clientSecret?: SecretRef | undefined;
}

/**
 * AWS Signature Version 4.
 * @example { type: 'aws-sigv4', region: 'eu-central-1', service: 'execute-api', accessKeyId: secret('acme/id'), secretAccessKey: secret('acme/key') }
 */
export interface SigV4Input {
  readonly type: 'aws-sigv4';
  /** @example 'eu-central-1' */
  readonly region: string;
  /** @example 'execute-api' */
  readonly service: string;
  /** Together with `secretAccessKey`. @default the function's own role */
  readonly accessKeyId?: SecretRef | undefined;
  /** Together with `accessKeyId`. @default the function's own role */
  readonly secretAccessKey?: SecretRef | undefined;
  /** What the function's own role is allowed to ask of the source; needed without keys once deployed, and only then. @default nothing */
  readonly allow?: readonly AllowedActionsInput[] | undefined;
}

/**
 * Actions of the service that is signed for, and what they are allowed on.
 * @example { actions: ['execute-api:Invoke'], resources: ['arn:aws:execute-api:eu-west-1:111122223333:abc123/prod/GET/*'] }
 */
export interface AllowedActionsInput {
  /** @example ['execute-api:Invoke'] */
  readonly actions: readonly `${string}:${string}`[];
  /** ARNs, in which `*` stands for any text after the account. @example ['arn:aws:execute-api:eu-west-1:111122223333:abc123/prod/GET/*'] */
  readonly resources: readonly `arn:${string}`[];
}

/**
 * Headers that a function makes anew for every try, for a signature that only this source has.
 * @example { type: 'custom', secrets: { key: secret('acme/key') }, headers: ({ secrets }) => ({ 'x-key': secrets.key ?? '' }) }
 */
export interface CustomInput {
  readonly type: 'custom';
  /** The credentials that the function is given, by the names it knows them under. @default {} */
  readonly secrets?: Readonly<Record<string, SecretRef>> | undefined;
  readonly headers: HeaderFunction;
}
