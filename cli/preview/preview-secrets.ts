import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../../core/errors';
import type { Secrets } from '../../core/run/ports';
import { secretName } from '../../lambda/environment';
import { secretStore } from '../../local/aws/secret-store';
import { secretVariable } from '../sources/local-secrets';

/**
 * Credentials as local mode knows them: by `declared`, or what a source has put in their place since, which is kept in the data folder. Only such
 * a replacement is ever written: a refresh token that is used up and not replaced would lock out the next run.
 */
export function previewSecrets(
  declared: (secretId: string) => string | undefined,
  dataFolder: string,
): Secrets {
  const store = secretStore(declared, join(dataFolder, 'secrets.json'));
  const get = async (name: string) => {
    const value = store.get(secretName('local', name));
    if (value) return value;
    throw new ConfigurationError(
      `secret '${name}' is missing: set ${secretVariable(name)} in the environment or in .env`,
    );
  };
  return {
    get,
    refresh: get,
    async put(name, value) {
      mkdirSync(dataFolder, { recursive: true });
      store.put(secretName('local', name), value);
    },
  };
}
