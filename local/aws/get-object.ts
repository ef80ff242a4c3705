import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { AwsError, notImplemented } from './http-answer';
import type { ObjectStore, StoredObject } from './object-store';
import { checksumHeaders } from './put-object';
import { noSuchKey } from './s3-error';

/** Bytes of an object, both ends included. */
interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What of a request decides what is answered. */
interface ReadRequest {
  readonly headers: IncomingHttpHeaders;
  /** Whether the caller may know how many tags there are. */
  readonly tagsCount: boolean;
}

/** GetObject: streams the object, or a range of it, from disk. Throws NoSuchKey, 404, and InvalidRange, 416. */
export async function getObject(
  store: ObjectStore,
  bucket: string,
  key: string,
  request: ReadRequest,
  response: ServerResponse,
): Promise<void> {
  const opened = await store.open(bucket, key);
  if (opened === undefined) throw noSuchKey();
  const { object, file } = opened;
  try {
    const range = readRange(request.headers.range, object.bytes);
    response.writeHead(range ? 206 : 200, objectHeaders(object, request, range));
    const { start, end } = range ?? { start: 0, end: object.bytes - 1 };
    if (end < start) response.end();
    else await pipeline(file.createReadStream({ start, end, autoClose: false }), response);
  } finally {
    await file.close();
  }
}

/** HeadObject: what GetObject would answer, without the bytes. */
export async function headObject(
  store: ObjectStore,
  bucket: string,
  key: string,
  request: ReadRequest,
  response: ServerResponse,
): Promise<void> {
  const object = await store.head(bucket, key);
  if (object === undefined) throw noSuchKey();
  const range = readRange(request.headers.range, object.bytes);
  response.writeHead(range ? 206 : 200, objectHeaders(object, request, range)).end();
}

function objectHeaders(
  object: StoredObject,
  { headers, tagsCount }: ReadRequest,
  range: ByteRange | undefined,
): Record<string, string> {
  const tags = object.tags?.length ?? 0;
  const metadata = Object.entries(object.userMetadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  // A checksum is of the whole object: the SDK would hold a part against it.
  const withChecksum = headers['x-amz-checksum-mode'] === 'ENABLED' && range === undefined;
  return {
    'content-type': 'binary/octet-stream',
    ...object.headers,
    ...Object.fromEntries(metadata),
    ...(withChecksum ? checksumHeaders(object.checksum) : {}),
    ...(range ? { 'content-range': `bytes ${range.start}-${range.end}/${object.bytes}` } : {}),
    ...(tagsCount && tags > 0 ? { 'x-amz-tagging-count': String(tags) } : {}),
    'accept-ranges': 'bytes',
    'content-length': String(range ? range.end - range.start + 1 : object.bytes),
    etag: object.etag,
    'last-modified': object.modifiedAt.toUTCString(),
  };
}

/** Undefined when the whole object is asked for; a range that is not well-formed asks for nothing less (RFC 9110, 14.2). */
function readRange(header: string | undefined, bytes: number): ByteRange | undefined {
  if (header?.includes(',')) throw notImplemented('S3 GetObject with several ranges');
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (start < bytes && start <= end) return { start, end };
  throw new AwsError('InvalidRange', 416, 'The requested range is not satisfiable.', {
    'content-range': `bytes */${bytes}`,
  });
}
