import type { SecretRef } from './secret-ref';
import type { Auth, Dataset, Source } from './source';

/** What of a source may name secrets. */
type WithSecrets = Pick<Source, 'auth' | 'tls'> & Partial<Pick<Source, 'datasets'>>;

/** Names of the secrets that a source needs, each once: credentials, and the salts of masked columns; empty when it needs none. */
export function secretsOf({ auth, tls, datasets = [] }: WithSecrets): readonly string[] {
  const named = [...authSecrets(auth), tls?.certificate, tls?.key, tls?.ca, ...datasets.flatMap(salts)];
  return [...new Set(named.flatMap((one) => (isSecretRef(one) ? [one.secret] : [])))];
}

/** Names of the credentials that may be written back: a refresh token that the source replaces when it is used. */
export function writtenSecretsOf({ auth }: Pick<Source, 'auth'>): readonly string[] {
  return auth.type === 'oauth2-refresh-token' ? [auth.refreshToken.secret] : [];
}

function salts({ columns }: Pick<Dataset, 'columns'>): readonly SecretRef[] {
  return Object.values(columns).flatMap(({ options: { mask } }) =>
    typeof mask === 'object' && mask.type === 'sha256' ? [mask.salt] : [],
  );
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
