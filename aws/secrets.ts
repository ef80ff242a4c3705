import { SecretsProvider } from '@aws-lambda-powertools/parameters/secrets';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ConfigurationError } from '../core/errors';
import type { Secrets } from '../core/run/ports';

/** A credential is kept this long, in seconds, before it is read again. */
const maxAge = 600;

/** Credentials in Secrets Manager; `toSecretId` says under which name one is kept. */
export function secretsManager(client: SecretsManagerClient, toSecretId: (name: string) => string): Secrets {
  const provider = new SecretsProvider({ awsSdkV3Client: client });
  const read = async (name: string, forceFetch: boolean): Promise<string> => {
    const id = toSecretId(name);
    try {
      const value = await provider.get(id, { maxAge, forceFetch });
      if (typeof value === 'string' && value !== '') return value;
    } catch (cause) {
      if (!isMissing(cause)) throw cause;
      throw new ConfigurationError(`secret '${name}' does not exist: create ${id} in Secrets Manager`, {
        cause,
      });
    }
    throw new ConfigurationError(`secret '${name}' is not a text: store the credential itself in ${id}`);
  };
  return { get: (name) => read(name, false), refresh: (name) => read(name, true) };
}

/** Powertools wraps the SDK's error; its cause or its message tells. */
function isMissing(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (current.name === 'ResourceNotFoundException' || /ResourceNotFound|can't find/.test(current.message))
      return true;
  }
  return false;
}
