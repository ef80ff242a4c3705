/**
 * An S3 in memory, run by start-memory-s3.ts in a process of its own, for benchmarks of a million objects: real HTTP, conditional writes, pages of
 * a thousand keys, and the stage objects of one run that are made when they are asked for, so that they take neither memory nor files.
 */

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StagedObjects } from './staged-objects';
import { stagedObjects } from './staged-objects';

export type S3Requests = Record<'put' | 'list' | 'get' | 'head' | 'delete', number>;

interface StoredObject {
  readonly body: Buffer;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Keys of one page of a LIST, as on S3. */
const keysPerPage = 1000;

const written = new Map<string, StoredObject>();
const requests: S3Requests = { put: 0, list: 0, get: 0, head: 0, delete: 0 };
let staged: StagedObjects | undefined;

const server = createServer({ keepAlive: true, keepAliveTimeout: 60_000 }, (request, response) => {
  handle(request, response).catch((error) => {
    response.writeHead(500).end(String(error));
  });
});

server.listen(0, '127.0.0.1', () => {
  // An IPv4 listener's address is an object.
  const { port } = server.address() as AddressInfo;
  process.send?.({ type: 'listening', url: `http://127.0.0.1:${port}` });
});

process.on('message', (message: { readonly stage?: Parameters<typeof stagedObjects>[0] }) => {
  if (message.stage) staged = stagedObjects(message.stage);
  else process.send?.({ type: 'requests', requests: { ...requests } });
  if (message.stage) process.send?.({ type: 'staged' });
});
process.on('disconnect', () => process.exit());

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const [, , ...path] = url.pathname.split('/');
  const key = path.map(decodeURIComponent).join('/');
  switch (request.method) {
    case 'GET':
      if (key === '') return list(url.searchParams, response);
      requests.get++;
      return read(key, response, true);
    case 'HEAD':
      requests.head++;
      return read(key, response, false);
    case 'PUT':
      requests.put++;
      return write(key, request, response);
    case 'DELETE':
      requests.delete++;
      written.delete(key);
      response.writeHead(204).end();
      return;
    default:
      response.writeHead(501).end();
  }
}

function read(key: string, response: ServerResponse, withBody: boolean): void {
  const found = written.get(key) ?? staged?.find(key);
  if (found === undefined) {
    response.writeHead(404, { 'content-type': 'application/xml' });
    response.end(withBody ? '<Error><Code>NoSuchKey</Code><Message>missing</Message></Error>' : undefined);
    return;
  }
  const metadata = Object.entries(found.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  const length = 'body' in found ? found.body.length : found.bytes;
  response.writeHead(200, {
    etag: `"${found.etag}"`,
    'content-length': length,
    ...Object.fromEntries(metadata),
  });
  if (withBody && !('body' in found)) throw new Error(`${key} was read, and has no body`);
  response.end(withBody && 'body' in found ? found.body : undefined);
}

async function write(key: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  const there = written.get(key) ?? staged?.find(key);
  const { 'if-none-match': ifNoneMatch, 'if-match': ifMatch } = request.headers;
  if ((ifNoneMatch === '*' && there) || (ifMatch !== undefined && ifMatch !== `"${there?.etag}"`)) {
    response.writeHead(412).end('<Error><Code>PreconditionFailed</Code></Error>');
    return;
  }
  const body = Buffer.concat(pieces);
  const etag = createHash('md5').update(body).digest('hex');
  written.set(key, { body, etag, metadata: {} });
  response.writeHead(200, { etag: `"${etag}"` }).end();
}

function list(query: URLSearchParams, response: ServerResponse): void {
  requests.list++;
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const most = Math.min(keysPerPage, Number(query.get('max-keys') ?? keysPerPage));
  const own = [...written.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const keys = [...own.slice(0, most + 1), ...(staged?.keys(prefix, after, most + 1) ?? [])].sort();
  const page = keys.slice(0, most);
  const contents = page.map((key) => {
    const found = written.get(key) ?? staged?.find(key);
    const bytes = found && 'body' in found ? found.body.length : found?.bytes;
    return `<Contents><Key>${key}</Key><LastModified>2026-01-31T03:00:00.000Z</LastModified><ETag>&quot;${found?.etag}&quot;</ETag><Size>${bytes}</Size></Contents>`;
  });
  const isTruncated = keys.length > most;
  const next = isTruncated ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><KeyCount>${page.length}</KeyCount><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`,
  );
}
