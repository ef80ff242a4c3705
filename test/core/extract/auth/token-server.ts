import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Secrets } from '../../../../core/run/ports';

/** What a token endpoint was asked. */
export interface TokenCall {
  readonly headers: IncomingHttpHeaders;
  readonly form: URLSearchParams;
}

export interface TokenAnswer {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Objects are sent as JSON. */
  readonly body: string | object;
}

export interface TokenServer {
  readonly url: string;
  readonly calls: readonly TokenCall[];
  close(): Promise<void>;
}

/** A real token endpoint on 127.0.0.1 that answers as told; `n` counts its calls from 1. */
export async function startTokenServer(
  answer: (call: TokenCall, n: number) => TokenAnswer | Promise<TokenAnswer>,
): Promise<TokenServer> {
  const calls: TokenCall[] = [];
  const receive = async (request: IncomingMessage): Promise<TokenAnswer> => {
    const call = { headers: request.headers, form: new URLSearchParams(await text(request)) };
    calls.push(call);
    return await answer(call, calls.length);
  };
  const server = createServer((request, response) => {
    void receive(request).then(({ status = 200, headers = {}, body }) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/oauth/token`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface KeptSecrets extends Secrets {
  /** By name; may be changed behind the reader's back. */
  readonly kept: Map<string, string>;
  readonly refreshed: string[];
}

/** Secrets as a container sees them: `get` gives what it has read before, `refresh` what is kept now. */
export function keptSecrets(
  values: Readonly<Record<string, string>>,
  shared?: Map<string, string>,
): KeptSecrets {
  const kept = shared ?? new Map(Object.entries(values));
  const read = new Map<string, string>();
  const refreshed: string[] = [];
  const refresh = async (name: string) => {
    const value = kept.get(name);
    if (value === undefined) throw new Error(`the test has no secret '${name}'`);
    read.set(name, value);
    return value;
  };
  return {
    kept,
    refreshed,
    get: async (name) => read.get(name) ?? (await refresh(name)),
    refresh(name) {
      refreshed.push(name);
      return refresh(name);
    },
    async put(name, value) {
      kept.set(name, value);
      read.set(name, value);
    },
  };
}
