import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A host that is not the source's, and remembers all that it is sent. */
export interface OtherHost {
  readonly origin: string;
  /** Each request with its headers and body, as one text. */
  readonly received: readonly string[];
  /** How many of the requests carry one of these texts, or headers made for credentials. */
  leaksOf(credentials: readonly string[]): number;
  close(): Promise<void>;
}

/** Starts it on 127.0.0.1, at another port. */
export async function startOtherHost(): Promise<OtherHost> {
  const received: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    received.push(JSON.stringify([request.url, request.rawHeaders, body]));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    received,
    leaksOf: (credentials) =>
      received.filter((text) => {
        const plain = decodeURIComponentSafely(text);
        return (
          /authorization|api-?key|signature/i.test(plain) || credentials.some((one) => plain.includes(one))
        );
      }).length,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
