import type { Dispatcher } from 'undici';
import { type Abortable, abortWith } from './abort-with';
import { bodyTooLarge } from './decode-body';
import { isRedirect } from './redirect';

/** A request as it goes over a connection. */
export interface Sent {
  readonly origin: string;
  /** With its query. */
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** An answer as it came. */
export interface Received {
  readonly status: number;
  /** Names in lower case; the values of one that was sent several times are joined by ', '. */
  readonly headers: Readonly<Record<string, string>>;
  /** Encoded; empty for a redirect, whose body is of no use. */
  readonly body: Buffer;
}

/** Bytes of a redirect's body that are read to keep the connection: for more, another one is cheaper. */
const mostDiscarded = 128 * 1024;

/**
 * Sends one request, and takes its answer as undici's parser hands it over: a stream for each body, and a
 * listener on the signal, took a third of what a page costs (bench/extract.ts). Rejects with a PermanentError for a body of more than `maximumBytes`, with the signal's
 * reason when it aborts, and with undici's error.
 */
export function exchange(
  dispatcher: Dispatcher,
  sent: Sent,
  maximumBytes: number,
  signal: AbortSignal | undefined,
): Promise<Received> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const handler = new AnswerHandler(maximumBytes, signal, { resolve, reject });
    dispatcher.dispatch(sent, handler);
  });
}

interface Outcome {
  readonly resolve: (received: Received) => void;
  readonly reject: (error: unknown) => void;
}

/** Settles once, at the end of the answer or at what keeps it from coming; what undici says later changes nothing. */
class AnswerHandler implements Dispatcher.DispatchHandler, Abortable {
  readonly #maximumBytes: number;
  readonly #outcome: Outcome;
  readonly #forget: () => void;
  #controller: Dispatcher.DispatchController | undefined;
  #failure: { readonly error: Error } | undefined;
  #status = 0;
  #headers: Readonly<Record<string, string>> = {};
  #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(maximumBytes: number, signal: AbortSignal | undefined, outcome: Outcome) {
    this.#maximumBytes = maximumBytes;
    this.#outcome = outcome;
    this.#forget = abortWith(signal, this);
  }

  /** Ends the request, and its connection if it has begun. */
  abort(reason: unknown): void {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    this.#failure = { error };
    this.#forget();
    this.#outcome.reject(reason);
    this.#controller?.abort(error);
  }

  /** Again when the connection was closed under it and undici sends it once more. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#pieces = [];
    this.#bytes = 0;
    if (this.#failure) controller.abort(this.#failure.error);
  }

  onResponseStart(_: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (status < 200) return; // the answer is yet to come
    this.#status = status;
    this.#headers = flatten(headers);
  }

  onResponseData(_: unknown, piece: Buffer): void {
    this.#bytes += piece.length;
    if (!isRedirect(this.#status)) {
      this.#pieces.push(piece);
      if (this.#bytes > this.#maximumBytes) this.abort(bodyTooLarge(this.#maximumBytes));
    } else if (this.#bytes > mostDiscarded) {
      this.onResponseEnd();
      this.abort(new Error('the body of a redirect is of no use'));
    }
  }

  onResponseEnd(): void {
    this.#forget();
    const [first] = this.#pieces;
    const body =
      first !== undefined && this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces, this.#bodyBytes);
    this.#outcome.resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_: unknown, error: Error): void {
    this.#forget();
    this.#outcome.reject(error);
  }

  get #bodyBytes(): number {
    return this.#pieces.length === 0 ? 0 : this.#bytes;
  }
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    flat[name] = typeof value === 'string' ? value : (value ?? []).join(', ');
  }
  return flat;
}
