import { Agent, type Dispatcher, request as send } from 'undici';
import { version } from '../../package.json';
import { BaseloadError, PermanentError } from '../errors';
import type { AuthorizedRequest } from './authorize';
import { acceptEncoding, bodyTooLarge, decodeBody } from './decode-body';
import { mask } from './mask';
import { transportError } from './transport-error';

/** How patient the client is. Times in seconds. */
export interface ClientOptions {
  /** Until a connection stands. @default 10 */
  readonly connectTimeout?: number;
  /** From the end of the request to the end of the answer's headers. @default 30 */
  readonly headersTimeout?: number;
  /** Between two pieces of a body. @default 30 */
  readonly bodyTimeout?: number;
  /** Of a body, as received and decoded. @default 32 MiB */
  readonly maximumBodyBytes?: number;
}

/** What a source answered. */
export interface Answer {
  readonly status: number;
  /** Names in lower case; the values of one that was sent several times are joined by ', '. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded. */
  readonly body: Buffer;
}

/** Sends requests over connections that are kept alive. */
export interface Client {
  /**
   * Resolves with any answer but a redirect. Rejects with a PermanentError for a redirect (it is not followed: it
   * could lead a credential away), for an untrusted certificate and a body that is too large; with a
   * TransientError when the connection or the body fails; with the signal's reason when it aborts.
   */
  get(request: AuthorizedRequest, signal?: AbortSignal): Promise<Answer>;
  /** Closes the idle connections. */
  close(): Promise<void>;
}

/** Makes a client; one per container, so that connections outlive an invocation. */
export function createClient(options: ClientOptions = {}): Client {
  const { connectTimeout = 10, headersTimeout = 30, bodyTimeout = 30 } = options;
  const { maximumBodyBytes = 32 * 1024 * 1024 } = options;
  const agent = new Agent({
    connect: { timeout: connectTimeout * 1000 },
    headersTimeout: headersTimeout * 1000,
    bodyTimeout: bodyTimeout * 1000,
  });
  return {
    async get(request, signal) {
      try {
        return await exchange(request, agent, maximumBodyBytes, signal);
      } catch (error) {
        signal?.throwIfAborted();
        throw error instanceof BaseloadError ? error : transportError(error, request.shown);
      }
    },
    close: () => agent.close(),
  };
}

async function exchange(
  request: AuthorizedRequest,
  dispatcher: Dispatcher,
  maximumBytes: number,
  signal?: AbortSignal,
): Promise<Answer> {
  const own = { 'user-agent': `Baseload/${version}`, 'accept-encoding': acceptEncoding };
  const { statusCode, headers, body } = await send(request.url, {
    dispatcher,
    method: request.method,
    headers: { ...own, ...request.headers },
    ...(signal ? { signal } : {}),
  });
  const flat = flatten(headers);
  if (statusCode >= 300 && statusCode < 400) {
    await body.dump();
    throw redirected(request, statusCode, flat.location);
  }
  const received = await readBody(body, maximumBytes);
  const decoded = decodeBody(received, flat['content-encoding'] ?? '', maximumBytes);
  // The status of a refusal says more than its body that cannot be read.
  return {
    status: statusCode,
    headers: flat,
    body: await (statusCode < 400 ? decoded : decoded.catch(() => received)),
  };
}

async function readBody(body: AsyncIterable<Buffer>, maximumBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > maximumBytes) throw bodyTooLarge(maximumBytes); // leaving the loop closes the connection
    pieces.push(piece);
  }
  return Buffer.concat(pieces, bytes);
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const joined = Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]);
  return Object.fromEntries(joined);
}

function redirected(
  request: AuthorizedRequest,
  status: number,
  location: string | undefined,
): PermanentError {
  const target =
    location !== undefined && URL.canParse(location, request.url) && new URL(location, request.url);
  // Without the query: sources put tokens there.
  const where = target
    ? mask(`${target.origin}${target.pathname}`, request.credentials)
    : 'a place it does not name';
  return new PermanentError(
    `${request.shown} was redirected (${status}) to ${where}, which is not followed: correct baseUrl or path`,
    { evidence: { request: request.shown, status } },
  );
}
