import type { ServerResponse } from 'node:http';

/** What the sample API answers to one request. */
export interface Answer {
  readonly status: number;
  /** Besides those that describe the body. */
  readonly headers: Readonly<Record<string, string | number>>;
  /** JSON. */
  readonly body: Buffer;
  /** Whether it takes the time that a page takes; refusals come at once. */
  readonly slow: boolean;
}

/** Sends an answer, a slow one after `latencyMilliseconds` unless the client has gone by then. */
export function sendAnswer(response: ServerResponse, answer: Answer, latencyMilliseconds: number): void {
  const send = () => {
    response.writeHead(answer.status, {
      ...answer.headers,
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': answer.body.length,
    });
    response.end(answer.body);
  };
  if (!answer.slow || latencyMilliseconds === 0) {
    send();
    return;
  }
  const timer = setTimeout(send, latencyMilliseconds);
  response.once('close', () => clearTimeout(timer));
}
