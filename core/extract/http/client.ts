import { type Agent, request as ask, type Dispatcher } from 'undici';
import { version } from '../../../package.json';
import { BaseloadError } from '../../errors';
import type { HttpSettings } from '../../source/source';
import type { AuthorizedRequest } from '../auth/authorizer';
import { connectionsFor } from './agents';
import type { TlsMaterial } from './client-options';
import { acceptEncoding, bodyTooLarge, decodeBody } from './decode-body';
import { nextHop } from './redirect';
import { transportError } from './transport-error';

/** How patient the client is, and how it proves who it is; `clientOptions` makes them of a source. */
export interface ClientOptions extends Partial<HttpSettings> {
  /** Mutual TLS. @default none */
  readonly tls?: TlsMaterial | undefined;
}

/** What a source answered. */
export interface Answer {
  readonly status: number;
  /** Names in lower case; the values of one that was sent several times are joined by ', '. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded. */
  readonly body: Buffer;
}

/** Sends requests over HTTP/1.1 connections that are kept alive. */
export interface Client {
  /**
   * Resolves with any answer but a redirect: up to five are followed within the request's own origin, which is its
   * source's, and `beforeRedirect` is awaited before each, so that its request is paced too. Rejects with a
   * ForeignLinkError for a redirect to another origin; with a PermanentError for one that goes in circles or would lose
   * the body, an untrusted certificate and a body that is too large; with a TransientError when the connection or the
   * body fails; with the signal's reason when it aborts.
   */
  send(
    request: AuthorizedRequest,
    signal?: AbortSignal,
    beforeRedirect?: () => Promise<void>,
  ): Promise<Answer>;
  /** Closes the idle connections. */
  close(): Promise<void>;
}

/** Makes a client; one per container, so that connections outlive an invocation. */
export function createClient(options: ClientOptions = {}): Client {
  const maximumBytes = Math.floor((options.maximumMegabytes ?? 32) * 1024 * 1024);
  const connections = connectionsFor(options);
  return {
    async send(request, signal, beforeRedirect) {
      const visited: AuthorizedRequest[] = [];
      for (let current = request; ; ) {
        visited.push(current);
        const answer = await exchange(current, connections.to(current.url), maximumBytes, signal);
        if (!isRedirect(answer.status)) return answer;
        current = await nextHop(visited, answer, signal);
        await beforeRedirect?.();
      }
    },
    close: () => connections.close(),
  };
}

/** 304 and its like name no other place. */
function isRedirect(status: number): boolean {
  return (
    status === 300 || (status >= 301 && status <= 303) || status === 305 || status === 307 || status === 308
  );
}

async function exchange(
  request: AuthorizedRequest,
  dispatcher: Agent,
  maximumBytes: number,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  try {
    return await receive(await transmit(request, dispatcher, signal), maximumBytes);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof BaseloadError ? error : transportError(error, request);
  }
}

function transmit(
  { url, method, headers, body }: AuthorizedRequest,
  dispatcher: Agent,
  signal: AbortSignal | undefined,
): Promise<Dispatcher.ResponseData> {
  const own = { 'user-agent': `Baseload/${version}`, 'accept-encoding': acceptEncoding };
  return ask(url, {
    dispatcher,
    method,
    headers: { ...own, ...headers },
    ...(body === undefined ? {} : { body }),
    ...(signal ? { signal } : {}),
  });
}

async function receive(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  maximumBytes: number,
): Promise<Answer> {
  const flat = flatten(headers);
  if (isRedirect(statusCode)) {
    await body.dump();
    return { status: statusCode, headers: flat, body: Buffer.alloc(0) };
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
