import type { IncomingMessage, ServerResponse } from 'node:http';

/** An error as AWS answers it: `code` and `status` are what the SDK shows as `name` and `httpStatusCode`. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'AwsError';
  }
}

/** What is said of a call, or a part of one, that the local AWS does not know: 501, which the SDK does not retry. */
export function notImplemented(call: string): AwsError {
  return new AwsError('NotImplemented', 501, `The local AWS does not speak ${call}.`);
}

/** What a handler answers; the body is sent as it is. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The chunks of a request's body. Unlike plain iteration it leaves the connection open when the reader stops early, so that
 * an error can still be answered.
 */
export function bodyChunks(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false });
}

/** Reads a small body as text; 413 when it has more than `limit` bytes. */
export async function readText(request: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of bodyChunks(request)) {
    bytes += chunk.length;
    if (bytes > limit) {
      throw new AwsError('RequestEntityTooLarge', 413, `The request has more than ${limit} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Sends an answer once the request is read to its end: a client that is still writing would not read it. */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
): Promise<void> {
  await discardRest(request);
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-length': String(Buffer.byteLength(answer.body)),
  });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}

function discardRest(request: IncomingMessage): Promise<void> {
  if (request.readableEnded || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    request.once('end', resolve).once('close', resolve).once('error', resolve);
    request.resume();
  });
}
