import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What the API does with one request. */
export interface Behaviour {
  /** @default 200 */
  readonly status?: number;
  /** @default content-type application/json and the body's length */
  readonly headers?: Readonly<Record<string, string>>;
  /** Objects are sent as JSON. @default '' */
  readonly body?: string | Buffer | object;
  /** Before anything is sent. @default 0 */
  readonly delayMilliseconds?: number;
  /** Sends only this many bytes of the body, in full headers, and closes the connection. */
  readonly cutOffAfter?: number;
  /** Like `cutOffAfter`, with headers that do not tell: no Content-Length, and an orderly close. */
  readonly quietlyCutOffAfter?: number;
  /** Resets the connection instead of answering. */
  readonly reset?: boolean;
  /** Never answers. */
  readonly silent?: boolean;
}

export interface ReceivedRequest {
  /** Position among the requests, from 0. */
  readonly index: number;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** As received; '' when there is none. */
  readonly body: string;
  /** Requests under way when it came, itself included. */
  readonly underWay: number;
  readonly connection: unknown;
}

export interface ScriptedApi {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly requests: readonly ReceivedRequest[];
  close(): Promise<void>;
}

/**
 * Starts a real HTTP server on 127.0.0.1 that misbehaves as told: by a list of behaviours, the last of which goes on,
 * or by a function of the request.
 */
export async function startScriptedApi(
  script: readonly Behaviour[] | ((request: ReceivedRequest) => Behaviour),
): Promise<ScriptedApi> {
  const requests: ReceivedRequest[] = [];
  let underWay = 0;
  const server = createServer(async (request, response) => {
    underWay += 1;
    response.on('close', () => {
      underWay -= 1;
    });
    const body = request.method === 'GET' ? '' : await text(request);
    const received = describe(request, requests.length, underWay, body);
    requests.push(received);
    const behaviour =
      typeof script === 'function' ? script(received) : (script[received.index] ?? script.at(-1));
    const answer = () => respond(response, behaviour ?? {});
    if (behaviour?.delayMilliseconds) setTimeout(answer, behaviour.delayMilliseconds);
    else answer();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function describe(request: IncomingMessage, index: number, underWay: number, body: string): ReceivedRequest {
  const path = request.url ?? '/';
  return {
    index,
    method: request.method ?? '',
    path,
    query: new URL(path, 'http://127.0.0.1').searchParams,
    headers: request.headers,
    body,
    underWay,
    connection: request.socket,
  };
}

function respond(response: ServerResponse, behaviour: Behaviour): void {
  if (behaviour.silent) return;
  if (behaviour.reset) {
    response.socket?.resetAndDestroy();
    return;
  }
  const body = toBytes(behaviour.body ?? '');
  const headers = { 'content-type': 'application/json', ...behaviour.headers };
  const status = behaviour.status ?? 200;
  if (behaviour.quietlyCutOffAfter !== undefined) {
    response.useChunkedEncodingByDefault = false;
    response.shouldKeepAlive = false;
    response.writeHead(status, { ...headers, connection: 'close' });
    response.end(body.subarray(0, behaviour.quietlyCutOffAfter));
    return;
  }
  response.writeHead(status, { 'content-length': body.length, ...headers });
  if (behaviour.cutOffAfter === undefined) response.end(body);
  else response.write(body.subarray(0, behaviour.cutOffAfter), () => response.socket?.destroy());
}

function toBytes(body: string | Buffer | object): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
