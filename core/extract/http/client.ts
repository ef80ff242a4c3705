import type { Agent } from 'undici';
import { version } from '../../../package.json';
import { BaseloadError } from '../../errors';
import type { HttpSettings } from '../../source/source';
import type { AuthorizedRequest } from '../auth/authorizer';
import { connectionsFor } from './agents';
import type { TlsMaterial } from './client-options';
import { acceptEncoding, decodeBody } from './decode-body';
import { exchange, type Received } from './exchange';
import { isRedirect, nextHop } from './redirect';
import { transportError } from './transport-error';

/** How patient the client is, and how it proves who it is; `clientOptions` makes them of a source. */
export interface ClientOptions extends Partial<HttpSettings> {
  /** Mutual TLS. @default none */
  readonly tls?: TlsMaterial | undefined;
}

/** What a source answered, with its body decoded. */
export type Answer = Received;

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
        const answer = await ask(current, connections.to(current.url), maximumBytes, signal);
        if (!isRedirect(answer.status)) return answer;
        current = await nextHop(visited, answer, signal);
        await beforeRedirect?.();
      }
    },
    close: () => connections.close(),
  };
}

const own = { 'user-agent': `Baseload/${version}`, 'accept-encoding': acceptEncoding };

async function ask(
  request: AuthorizedRequest,
  dispatcher: Agent,
  maximumBytes: number,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  try {
    const { origin, pathname, search } = new URL(request.url);
    const { method, headers, body = null } = request;
    const sent = { origin, path: pathname + search, method, headers: { ...own, ...headers }, body };
    const received = await exchange(dispatcher, sent, maximumBytes, signal);
    const { 'content-encoding': contentEncoding } = received.headers;
    return contentEncoding === undefined || isRedirect(received.status)
      ? received
      : await decoded(received, contentEncoding, maximumBytes);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof BaseloadError ? error : transportError(error, request);
  }
}

async function decoded(received: Received, contentEncoding: string, maximumBytes: number): Promise<Answer> {
  try {
    return { ...received, body: await decodeBody(received.body, contentEncoding, maximumBytes) };
  } catch (error) {
    // The status of a refusal says more than its body that cannot be read.
    if (received.status >= 400) return received;
    throw error;
  }
}
