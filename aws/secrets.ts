import { SecretsProvider } from '@aws-lambda-powertools/parameters/secrets';
import { PutSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
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
  return {
    get: (name) => read(name, false),
    refresh: (name) => read(name, true),
    // Secrets Manager bears this about once in ten minutes for long (its 100 newest versions are kept, and none is dropped
    // before it is a day old): an access token lives longer as a rule, and all lanes share it.
    async put(name, value) {
      const id = toSecretId(name);
      try {
        await client.send(new PutSecretValueCommand({ SecretId: id, SecretString: value }));
      } finally {
        // Also after an error: nobody knows whether it was written. The provider forgets all or nothing.
        provider.clearCache();
      }
    },
  };
}

/** Powertools wraps the SDK's error; its cause or its message tells. */
function isMissing(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (current.name === 'ResourceNotFoundException' || /ResourceNotFound|can't find/.test(current.message))
      return true;
  }
  return false;
}
