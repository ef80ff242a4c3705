import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigurationError } from '../../core/errors';
import { secretsOf } from '../../core/source/secrets-of';
import type { Source } from '../../core/source/source';
import { secretName } from '../../lambda/environment';
import { sampleSettings } from '../../local/sample/settings';
import { projectRoot } from '../project';

/** The credential that the sample API takes when nobody says otherwise. */
const sampleSecrets: Readonly<Record<string, string>> = { 'geonames/token': sampleSettings.token };

/** The environment variable that holds a credential on a laptop: 'geonames/token' is in GEONAMES_TOKEN. */
export function secretVariable(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
}

/** Credentials of local mode, by the name they have in Secrets Manager: from the environment, else from .env. */
export function localSecrets(root: string = projectRoot): (secretId: string) => string | undefined {
  const prefix = secretName('local', '');
  const file = join(root, '.env');
  const dotEnv = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  return (secretId) => {
    const name = secretId.startsWith(prefix) ? secretId.slice(prefix.length) : secretId;
    const variable = secretVariable(name);
    return process.env[variable] || dotEnv[variable] || sampleSecrets[name];
  };
}

/** Refuses to begin without the credentials that a source names; says all that are missing. */
export function checkSecrets(source: Source, secret: (secretId: string) => string | undefined): void {
  const missing = secretsOf(source).filter((name) => !secret(secretName('local', name)));
  if (missing.length === 0) return;
  const names = missing.map((name) => `'${name}'`).join(', ');
  throw new ConfigurationError(
    `source '${source.name}' needs ${names}: set ${missing.map(secretVariable).join(', ')} in the environment or in .env`,
  );
}
