import type { Auth, SecretRef, Source } from './source';

/** Names of the credentials that a source needs, each once; empty when it needs none. */
export function secretsOf(source: Pick<Source, 'auth' | 'tls'>): readonly string[] {
  const { auth, tls } = source;
  const named = [...authSecrets(auth), tls?.certificate, tls?.key, tls?.ca];
  return [...new Set(named.flatMap((one) => (isSecretRef(one) ? [one.secret] : [])))];
}

/** Names of the credentials that may be written back: a refresh token that the source replaces when it is used. */
export function writtenSecretsOf({ auth }: Pick<Source, 'auth'>): readonly string[] {
  return auth.type === 'oauth2-refresh-token' ? [auth.refreshToken.secret] : [];
}

/** Everything that may be a credential; a name that stands there in clear is none. */
function authSecrets(auth: Auth): readonly (string | SecretRef | undefined)[] {
  switch (auth.type) {
    case 'none':
      return [];
    case 'bearer':
      return [auth.token];
    case 'basic':
      return [auth.username, auth.password];
    case 'api-key':
      return [auth.key];
    case 'oauth2-client-credentials':
      return [auth.clientId, auth.clientSecret];
    case 'oauth2-refresh-token':
      return [auth.clientId, auth.clientSecret, auth.refreshToken];
    case 'aws-sigv4':
      return [auth.accessKeyId, auth.secretAccessKey];
    case 'custom':
      return Object.values(auth.secrets);
  }
}

function isSecretRef(value: string | SecretRef | undefined): value is SecretRef {
  return typeof value === 'object';
}
