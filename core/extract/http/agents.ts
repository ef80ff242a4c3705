import { rootCertificates } from 'node:tls';
import { Agent } from 'undici';
import type { ClientOptions } from './client';

/** Connections to a source, and to the places beside it, such as where its tokens come from. */
export interface Connections {
  to(url: string): Agent;
  /** Closes the idle ones. */
  close(): Promise<void>;
}

/**
 * Makes connections as the options say. The certificate is shown wherever one is asked for, as token endpoints of
 * mutual-TLS sources do (RFC 8705); an authority of the source's own stands alone at the source, and beside the public
 * ones elsewhere.
 */
export function connectionsFor(options: ClientOptions): Connections {
  const { tls } = options;
  const own = agent(options, tls?.ca);
  if (tls?.ca === undefined) return { to: () => own, close: () => own.close() };
  const others = agent(options, [tls.ca, ...rootCertificates]);
  return {
    to: (url) => (new URL(url).origin === tls.origin ? own : others),
    close: async () => {
      await Promise.all([own.close(), others.close()]);
    },
  };
}

function agent(
  { connectSeconds = 10, headersSeconds = 30, bodySeconds = 30, tls }: ClientOptions,
  ca: string | string[] | undefined,
): Agent {
  return new Agent({
    allowH2: false,
    connect: {
      timeout: connectSeconds * 1000,
      ...(tls === undefined ? {} : { cert: tls.certificate, key: tls.key }),
      ...(ca === undefined ? {} : { ca }),
    },
    headersTimeout: headersSeconds * 1000,
    bodyTimeout: bodySeconds * 1000,
  });
}
