/**
 * The API that benchmarks load, run by start-api.ts in a process of its own so that it shares no event loop with what is
 * measured. GET /lanes/<lane>?page=<n> answers a page after the latency, or 429 when a budget is set and used up.
 */

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiOptions, Arrival, Budget, FromApi, ToApi } from './start-api';

/** Never named: ends with the process. */
const options: ApiOptions = JSON.parse(process.argv[2] ?? '{}');
const body = pageBody(options.bodyBytes);
const arrivals: Arrival[] = [];
let bucket = options.budget && bucketOf(options.budget, options.budget.burst);

const server = createServer({ keepAlive: true, keepAliveTimeout: 60_000 }, (request, response) => {
  const at = performance.now();
  const accepted = bucket?.take(at) ?? true;
  if (options.records) {
    const [, lane = '', page = ''] = /^\/lanes\/(\d+)\?page=(\d+)/.exec(request.url ?? '') ?? [];
    arrivals.push({ lane: Number(lane), page: Number(page), at, accepted });
  }
  if (options.latency === 0) answer(response, accepted);
  else setTimeout(() => answer(response, accepted), options.latency);
});

server.listen(0, '127.0.0.1', () => {
  // An IPv4 listener's address is an object.
  const { port } = server.address() as AddressInfo;
  send({ type: 'listening', url: `http://127.0.0.1:${port}` });
});

process.on('message', (message: ToApi) => {
  if (message.type === 'arrivals') return send({ type: 'arrivals', arrivals });
  bucket = bucketOf(message.budget, 0); // what was saved up is gone
  send({ type: 'budget', at: performance.now() });
});
process.on('disconnect', () => process.exit());

function answer(response: ServerResponse, accepted: boolean): void {
  if (accepted) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  } else {
    response.writeHead(429, { 'content-type': 'application/json' }).end('{"message":"too many requests"}');
  }
}

function bucketOf({ perSecond, burst }: Budget, filled: number) {
  let tokens = filled;
  let filledAt = performance.now();
  return {
    take(now: number): boolean {
      tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond);
      filledAt = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}

function pageBody(bytes: number): Buffer {
  const record = {
    id: 1,
    name: 'Gare de Lyon',
    city: 'Paris',
    at: '2026-01-31T03:00:00Z',
    note: 'x'.repeat(200), // 100 records are about 30 kB
  };
  const size = JSON.stringify(record).length + 1;
  const records = Math.max(1, Math.round(bytes / size));
  return Buffer.from(
    JSON.stringify({
      total: 1_000_000_000,
      data: Array.from({ length: records }, (_, id) => ({ ...record, id })),
    }),
  );
}

function send(message: FromApi): void {
  process.send?.(message);
}
