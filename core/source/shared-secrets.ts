import { secretsOf, writtenSecretsOf } from './secrets-of';
import type { Source } from './source';

type Naming = Pick<Source, 'name' | 'auth' | 'tls' | 'datasets'>;

/**
 * Why a source cannot stand beside others, as a sentence without its subject: both name a secret that one of them writes back. Each would
 * use up the refresh token of the other, and a source that only reads it would be given another one's.
 */
export function sharedWrittenSecret(source: Naming, others: readonly Naming[]): string | undefined {
  for (const other of others) {
    const both = secretsOf(source).filter((secret) => secretsOf(other).includes(secret));
    const written = new Set([source, other].flatMap(writtenSecretsOf));
    const shared = both.find((secret) => written.has(secret));
    if (shared !== undefined)
      return `names the secret '${shared}' as source '${other.name}' does, and a refresh token that is replaced is written back to it: give each source a token and a secret of its own`;
  }
  return undefined;
}
