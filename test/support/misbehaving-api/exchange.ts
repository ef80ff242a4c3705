import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '../../../core/source/source';

/** One request as it arrived, its body read. */
export interface Received {
  /** Position among the requests, from 0. */
  readonly index: number;
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** '' when there is none. */
  readonly body: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
}

/** How an answer travels. */
export type Delivery =
  | { readonly type: 'whole' }
  /** The connection is reset instead. */
  | { readonly type: 'reset' }
  /** Reset after this share of the body, 0 to 1. */
  | { readonly type: 'cut'; readonly share: number }
  /** In so many pieces, real milliseconds apart. */
  | { readonly type: 'drip'; readonly pieces: number; readonly milliseconds: number }
  /** Real milliseconds before anything is sent. */
  | { readonly type: 'late'; readonly milliseconds: number }
  /** Never. */
  | { readonly type: 'silent' };

/** What the API answers. */
export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is bytes or a text. */
  readonly body: Buffer | string | JsonObject | readonly unknown[];
  /** @default 'whole' */
  readonly delivery?: Delivery;
}

/** An answer in JSON. */
export function reply(status: number, body: Reply['body'], headers: Reply['headers'] = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}

/** A reply's body as it travels. */
export function bytesOf({ body }: Reply): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** The first value of a header. */
export function headerOf(received: Received, name: string): string | undefined {
  const value = received.headers[name.toLowerCase()];
  return Array.isArray(value) ? value[0] : value;
}
