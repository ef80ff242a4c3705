import { createSecureContext } from 'node:tls';
import { ConfigurationError } from '../../errors';
import type { Secrets } from '../../run/ports';
import type { SecretRef } from '../../source/secret-ref';
import type { Source } from '../../source/source';
import type { ClientOptions } from './client';

/** What mutual TLS needs; PEM texts. */
export interface TlsMaterial {
  readonly certificate: string;
  readonly key: string;
  /** Trusted at `origin` instead of the public authorities. @default the public ones */
  readonly ca?: string | undefined;
  /** The source's own. */
  readonly origin: string;
}

/**
 * The options of a source's client: its patience, and the certificate it asks for, read from its secrets. Rejects with
 * a ConfigurationError that names the secrets when one is missing or they are no certificate and its key.
 */
export async function clientOptions(
  { baseUrl, http, tls }: Pick<Source, 'baseUrl' | 'http' | 'tls'>,
  secrets: Pick<Secrets, 'get'>,
): Promise<ClientOptions> {
  if (tls === undefined) return http;
  const read = (ref: SecretRef) => secrets.get(ref.secret);
  const [certificate, key] = await Promise.all([read(tls.certificate), read(tls.key)]);
  const material = { certificate, key, ...(tls.ca === undefined ? {} : { ca: await read(tls.ca) }) };
  const names = [tls.certificate, tls.key, ...(tls.ca === undefined ? [] : [tls.ca])];
  refuseUnusable(
    material,
    names.map(({ secret }) => `'${secret}'`),
  );
  return { ...http, tls: { ...material, origin: new URL(baseUrl).origin } };
}

/** Now and by name, rather than as an unknown failure of every connection. */
function refuseUnusable({ certificate, key, ca }: Omit<TlsMaterial, 'origin'>, names: string[]): void {
  try {
    createSecureContext({ cert: certificate, key, ...(ca === undefined ? {} : { ca }) });
  } catch (error) {
    // OpenSSL's reasons quote nothing of what they were given.
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(
      `secrets ${names.join(', ')} are no certificate and its key in PEM, as tls needs them: ${reason}`,
    );
  }
}
