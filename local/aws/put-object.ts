import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { decodeAwsChunked } from './aws-chunked';
import { BodyDigest, declaredChecksum } from './body-digest';
import { type Answer, AwsError, bodyChunks, notImplemented } from './http-answer';
import type { ObjectStore, Precondition, Upload } from './object-store';

/** Headers that S3 keeps and gives back as they are. */
const keptHeaders = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
];
/** S3's limit for all user metadata of an object: names and values. */
const maxUserMetadataBytes = 2048;

/** PutObject: receives the body, checks it, and stores it if the precondition holds. Throws S3's errors. */
export async function putObject(
  store: ObjectStore,
  bucket: string,
  key: string,
  request: IncomingMessage,
): Promise<Answer> {
  const { headers } = request;
  const precondition = readPrecondition(headers);
  const userMetadata = readUserMetadata(headers);
  const expectedBytes = bodyBytes(headers);
  const digest = new BodyDigest(declaredChecksum(headers));
  const trailers = new Map<string, string>();
  const chunks = isAwsChunked(headers)
    ? decodeAwsChunked(bodyChunks(request), trailers)
    : bodyChunks(request);
  let upload: Upload | undefined;
  try {
    upload = await store.receive(digest.through(chunks));
    const { md5, checksum } = digest.finish({
      bytes: expectedBytes,
      contentMd5: headers['content-md5'] === undefined ? undefined : String(headers['content-md5']),
      checksum: (name) => trailers.get(name) ?? one(headers[name]),
    });
    const etag = `"${md5}"`;
    const metadata = {
      key,
      etag,
      bytes: digest.bytes,
      headers: readKeptHeaders(headers),
      userMetadata,
      checksum,
    };
    await store.store(bucket, upload, metadata, precondition);
    return { status: 200, headers: { etag, ...checksumHeaders(checksum) }, body: '' };
  } finally {
    if (upload) await store.discard(upload);
  }
}

/** The headers in which S3 gives back an object's checksum. */
export function checksumHeaders(
  checksum: { algorithm: string; value: string } | undefined,
): Record<string, string> {
  if (checksum === undefined) return {};
  return { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, 'x-amz-checksum-type': 'FULL_OBJECT' };
}

function readPrecondition(headers: IncomingHttpHeaders): Precondition {
  const absent = headers['if-none-match'];
  const etag = headers['if-match'];
  if (absent !== undefined && etag !== undefined)
    throw notImplemented('S3 PutObject with If-Match and If-None-Match');
  if (absent !== undefined && absent !== '*')
    throw notImplemented(`S3 PutObject with If-None-Match: ${absent}`);
  if (etag === '*') throw notImplemented('S3 PutObject with If-Match: *');
  if (etag !== undefined) return { type: 'match', etag };
  return { type: absent === undefined ? 'none' : 'absent' };
}

function readUserMetadata(headers: IncomingHttpHeaders): Record<string, string> {
  const found = Object.entries(headers)
    .filter(([name]) => name.startsWith('x-amz-meta-'))
    .map(([name, value]): [string, string] => [name.slice('x-amz-meta-'.length), String(value)]);
  const bytes = found.flat().reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > maxUserMetadataBytes) {
    throw new AwsError(
      'MetadataTooLarge',
      400,
      `Your metadata headers exceed the maximum allowed metadata size: ${bytes} of ${maxUserMetadataBytes} bytes.`,
    );
  }
  return Object.fromEntries(found);
}

function readKeptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of keptHeaders) {
    const value = headers[name];
    if (value !== undefined) kept[name] = String(value);
  }
  const encodings = (kept['content-encoding'] ?? '').split(',').map((encoding) => encoding.trim());
  const rest = encodings.filter((encoding) => encoding !== '' && encoding !== 'aws-chunked').join(',');
  // aws-chunked is only how the body travels.
  if (rest === '') delete kept['content-encoding'];
  else kept['content-encoding'] = rest;
  return kept;
}

function isAwsChunked(headers: IncomingHttpHeaders): boolean {
  return String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
}

function bodyBytes(headers: IncomingHttpHeaders): number {
  const announced = isAwsChunked(headers)
    ? headers['x-amz-decoded-content-length']
    : headers['content-length'];
  if (typeof announced === 'string' && /^\d+$/.test(announced)) return Number(announced);
  throw new AwsError('MissingContentLength', 411, 'You must provide the Content-Length HTTP header.');
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
