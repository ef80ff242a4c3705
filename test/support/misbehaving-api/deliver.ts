import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { bytesOf, type Reply } from './exchange';

/** Sends a reply as its delivery says; `date` is the API's own time. */
export async function deliver(response: ServerResponse, reply: Reply, date: Date): Promise<void> {
  const { status, headers, delivery = { type: 'whole' } } = reply;
  const bytes = bytesOf(reply);
  if (delivery.type === 'silent') return;
  if (delivery.type === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (delivery.type === 'late') await delay(delivery.milliseconds);
  response.sendDate = false;
  response.writeHead(status, { date: date.toUTCString(), 'content-length': bytes.length, ...headers });
  switch (delivery.type) {
    case 'cut':
      response.write(bytes.subarray(0, Math.floor(bytes.length * delivery.share)), () =>
        response.socket?.resetAndDestroy(),
      );
      return;
    case 'drip': {
      const step = Math.ceil(bytes.length / delivery.pieces);
      for (let at = 0; at < bytes.length; at += step) {
        response.write(bytes.subarray(at, at + step));
        await delay(delivery.milliseconds);
      }
      response.end();
      return;
    }
    default:
      response.end(bytes);
  }
}
