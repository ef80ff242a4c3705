import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { AwsError, notImplemented } from './http-answer';

/** The S3 calls that Baseload makes. */
export type S3Operation =
  | 'PutObject'
  | 'GetObject'
  | 'HeadObject'
  | 'DeleteObject'
  | 'PutObjectTagging'
  | 'GetObjectTagging'
  | 'ListObjectsV2';

/** A path-style request: which call it is, and of what. */
export interface S3Request {
  readonly operation: S3Operation;
  readonly bucket: string;
  /** '' for ListObjectsV2. */
  readonly key: string;
  readonly query: URLSearchParams;
}

/** Headers that concern the transport or the signature, whatever the call. */
const plainHeaders = new Set([
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-user-agent',
]);

/** What else each call may carry; anything more is refused rather than ignored. */
const allowed: Record<S3Operation, { query: readonly string[]; headers: RegExp }> = {
  PutObject: {
    query: [],
    headers:
      /^(if-match|if-none-match|x-amz-meta-.+|x-amz-checksum-.+|x-amz-sdk-checksum-algorithm|x-amz-trailer|x-amz-decoded-content-length)$/,
  },
  GetObject: { query: [], headers: /^x-amz-checksum-mode$/ },
  HeadObject: { query: [], headers: /^x-amz-checksum-mode$/ },
  DeleteObject: { query: [], headers: /^if-match$/ },
  PutObjectTagging: {
    query: ['tagging'],
    headers: /^(x-amz-checksum-.+|x-amz-sdk-checksum-algorithm)$/,
  },
  GetObjectTagging: { query: ['tagging'], headers: /^$/ },
  ListObjectsV2: {
    query: ['list-type', 'prefix', 'max-keys', 'continuation-token', 'start-after', 'encoding-type'],
    headers: /^$/,
  },
};

/** Reads an S3 request; throws 501 with the call's name for one that Baseload does not make. */
export function parseS3Request(request: IncomingMessage): S3Request {
  const [path = '', queryText = ''] = splitOnce(request.url ?? '/', '?');
  const query = new URLSearchParams(queryText);
  // Not through URL: it would resolve '..' before anybody could refuse it.
  const [bucket, key] = splitOnce(path.slice(1), '/').map(decode) as [string, string];
  const operation = knownOperation(request, bucket, key, query);
  if (operation === undefined) throw notImplemented(`S3 ${unknownOperation(request, bucket, key, query)}`);
  assertAllowed(operation, request.headers, query);
  return { operation, bucket, key, query };
}

function knownOperation(
  { method, headers }: IncomingMessage,
  bucket: string,
  key: string,
  query: URLSearchParams,
): S3Operation | undefined {
  if (bucket !== '' && key !== '' && subresources(query).join() === 'tagging') {
    return method === 'PUT' ? 'PutObjectTagging' : method === 'GET' ? 'GetObjectTagging' : undefined;
  }
  if (bucket === '' || subresources(query).length > 0) return undefined;
  if (key === '') return method === 'GET' && query.get('list-type') === '2' ? 'ListObjectsV2' : undefined;
  if (method === 'PUT' && headers['x-amz-copy-source'] === undefined) return 'PutObject';
  if (method === 'GET') return 'GetObject';
  if (method === 'HEAD') return 'HeadObject';
  return method === 'DELETE' ? 'DeleteObject' : undefined;
}

/** Parameters that make another call of a request. */
function subresources(query: URLSearchParams): string[] {
  const listing = new Set(['x-id', ...allowed.ListObjectsV2.query, 'delimiter', 'fetch-owner']);
  return [...query.keys()].filter((name) => !listing.has(name));
}

/** The SDK names most calls in x-id; otherwise the method and what it is applied to have to do. */
function unknownOperation(
  { method, headers }: IncomingMessage,
  bucket: string,
  key: string,
  query: URLSearchParams,
): string {
  if (headers['x-amz-copy-source'] !== undefined) return 'CopyObject';
  const what = bucket === '' ? 'Service' : key === '' ? 'Bucket' : 'Object';
  const names: Record<string, string> = {
    'GET Service': 'ListBuckets',
    'PUT Bucket': 'CreateBucket',
    'HEAD Bucket': 'HeadBucket',
    'DELETE Bucket': 'DeleteBucket',
    'GET Bucket': 'ListObjects',
    'POST Bucket delete': 'DeleteObjects',
    'POST Object uploads': 'CreateMultipartUpload',
    'POST Object uploadId': 'CompleteMultipartUpload',
  };
  const extras = subresources(query);
  const plain = [method, what, ...extras].join(' ');
  const named = query.get('x-id');
  if (named === null) return names[plain] ?? plain;
  return extras.length === 0 || !Object.hasOwn(allowed, named) ? named : `${named} with ${extras.join(', ')}`;
}

function assertAllowed(operation: S3Operation, headers: IncomingHttpHeaders, query: URLSearchParams): void {
  for (const name of Object.keys(headers)) {
    const special = name.startsWith('x-amz-') || name.startsWith('if-');
    if (special && !plainHeaders.has(name) && !allowed[operation].headers.test(name)) {
      throw notImplemented(`S3 ${operation} with the header ${name}`);
    }
  }
  for (const name of query.keys()) {
    if (name !== 'x-id' && !allowed[operation].query.includes(name)) {
      throw notImplemented(`S3 ${operation} with ${name}`);
    }
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('InvalidURI', 400, `Couldn't parse the specified URI: ${text}`);
  }
}
