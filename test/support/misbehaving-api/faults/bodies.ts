import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { bytesOf, type Reply, reply } from '../exchange';
import { zstdFrame } from '../zstd-frame';
import {
  always,
  alwaysInTheMiddle,
  atFirst,
  error,
  everywhere,
  type FaultCase,
  replies,
  severalPages,
} from './fault-case';

/** As a source does it: only for a client that accepts it. */
function encoded(encoding: string, encode: (body: Buffer) => Buffer): FaultCase {
  return {
    name: `a body in ${encoding}`,
    applies: severalPages,
    make: () => ({
      encode(reply, { received }) {
        if (!String(received.headers['accept-encoding']).includes(encoding)) return reply;
        const headers = { ...reply.headers, 'content-encoding': encoding };
        return { ...reply, body: encode(bytesOf(reply)), headers };
      },
    }),
  };
}

const isObject = ({ records }: { records: string }) => records !== '';

/** The whole body as bytes, changed. */
const rewritten = (reply: Reply, change: (body: Buffer) => Buffer | string): Reply => ({
  ...reply,
  body: change(bytesOf(reply)),
});

const half = (body: Buffer): Buffer => body.subarray(0, Math.floor(body.length / 2));
/** Its first and last characters are right. */
const malformed = (body: Buffer): string => body.toString().replace(/"name":/, '"name"');

/** Bodies that are not the JSON that was asked for. */
export const bodyFaults: readonly FaultCase[] = [
  encoded('gzip', gzipSync),
  encoded('br', brotliCompressSync),
  encoded('deflate', deflateSync),
  encoded('zstd', zstdFrame),
  {
    name: 'a byte order mark before the JSON',
    applies: everywhere,
    make: replies(always, (reply) =>
      rewritten(reply, (body) => Buffer.concat([Buffer.from('\ufeff'), body])),
    ),
  },
  {
    name: 'JSON that calls itself text',
    applies: everywhere,
    make: replies(always, (reply) => ({
      ...reply,
      headers: { ...reply.headers, 'content-type': 'text/plain' },
    })),
  },
  {
    name: 'JSON over several lines',
    applies: everywhere,
    make: replies(always, (reply) =>
      rewritten(reply, (body) => JSON.stringify(JSON.parse(body.toString().replace('\ufeff', '')), null, 3)),
    ),
  },
  {
    name: 'pages of a megabyte',
    applies: severalPages,
    make: replies(atFirst(), (reply) =>
      rewritten(reply, (body) => Buffer.concat([body, Buffer.alloc(1_000_000, ' \n')])),
    ),
  },
  {
    name: 'an empty body, then the page',
    applies: severalPages,
    make: replies(atFirst(), (reply) => rewritten(reply, () => '')),
  },
  {
    name: 'a body that is cut off though its length is right, then the page',
    applies: severalPages,
    make: replies(atFirst(), (reply) => rewritten(reply, half)),
  },
  {
    name: 'malformed JSON, then the page',
    applies: severalPages,
    make: replies(
      ({ position, times }) => position === 1 && times === 0,
      (reply) => rewritten(reply, malformed),
    ),
  },
  {
    name: 'a body that is cut off, always, at one page',
    applies: severalPages,
    make: replies(alwaysInTheMiddle, (reply) => rewritten(reply, half)),
    ending: error('CutOffBodyError'),
  },
  {
    name: 'a login page with status 200',
    applies: severalPages,
    make: replies(alwaysInTheMiddle, () =>
      reply(200, '<!doctype html><title>Sign in</title>', { 'content-type': 'text/html' }),
    ),
    ending: error('HtmlPageError'),
  },
  {
    name: 'plain text with status 200',
    applies: severalPages,
    make: replies(alwaysInTheMiddle, () => reply(200, 'OK', { 'content-type': 'text/plain' })),
    ending: error('NotJsonError'),
  },
  {
    name: 'records that are not a list',
    applies: (pagination) => severalPages(pagination) && isObject(pagination),
    make: replies(alwaysInTheMiddle, (reply) =>
      rewritten(reply, (body) => body.toString().replace(/\[\{.*\}\]/s, '{}')),
    ),
    ending: error('RecordsNotFoundError'),
  },
  {
    name: 'errors in a 200 body',
    applies: (pagination) => severalPages(pagination) && isObject(pagination),
    make: replies(alwaysInTheMiddle, () =>
      reply(200, { data: null, errors: [{ message: 'field is deprecated' }] }),
    ),
    dataset: (dataset) => ({ ...dataset, request: { ...dataset.request, errors: { path: 'errors' } } }),
    ending: error('SourceError'),
  },
  {
    name: 'a body larger than is allowed',
    applies: severalPages,
    make: replies(alwaysInTheMiddle, (reply) =>
      rewritten(reply, (body) => Buffer.concat([body, Buffer.alloc(1_100_000, ' ')])),
    ),
    source: (source) => ({ ...source, http: { ...source.http, maximumMegabytes: 1 } }),
    ending: error('PermanentError'),
  },
];
