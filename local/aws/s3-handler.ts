import type { ServerResponse } from 'node:http';
import type { AwsCall } from './aws-call';
import type { RequestContext } from './condition';
import { getObject, headObject } from './get-object';
import { type Answer, AwsError, notImplemented, sendAnswer } from './http-answer';
import type { ObjectStore } from './object-store';
import { getObjectTagging, putObjectTagging } from './object-tags';
import { putObject } from './put-object';
import { parseS3Request, type S3Request } from './s3-request';
import { errorXml, listXml } from './s3-xml';

/** Keys per page of ListObjectsV2, as on S3. */
const maxKeysPerPage = 1000;

/** Answers the S3 calls that Baseload makes. Throws AwsErrors, for `s3Error` to answer. */
export async function handleS3(call: AwsCall, response: ServerResponse, store: ObjectStore): Promise<void> {
  const s3 = parseS3Request(call.request);
  authorize(call, s3);
  if (!store.hasBucket(s3.bucket)) {
    throw new AwsError('NoSuchBucket', 404, `The specified bucket does not exist: ${s3.bucket}`);
  }
  try {
    const answer = await answerTo(call, s3, response, store);
    if (answer) await sendAnswer(call.request, response, answer);
  } catch (error) {
    throw hideAbsence(error, call, s3);
  }
}

/** The answer to an error, as S3 words it. */
export function s3Error(error: AwsError, resource: string, requestId: string): Answer {
  return {
    status: error.status,
    headers: { ...error.headers, 'content-type': 'application/xml' },
    body: errorXml({ code: error.code, message: error.message, resource, requestId }),
  };
}

function authorize({ principal, request }: AwsCall, { operation, bucket, key, query }: S3Request): void {
  const object = `arn:aws:s3:::${bucket}/${key}`;
  switch (operation) {
    case 'PutObject':
      principal.require('s3:PutObject', object, conditionsOf(request));
      break;
    case 'DeleteObject':
      principal.require('s3:DeleteObject', object, conditionsOf(request));
      break;
    case 'GetObject':
    case 'HeadObject':
      principal.require('s3:GetObject', object);
      break;
    case 'PutObjectTagging':
    case 'GetObjectTagging':
      principal.require(`s3:${operation}`, object);
      break;
    case 'ListObjectsV2': {
      const prefix = query.get('prefix');
      principal.require('s3:ListBucket', `arn:aws:s3:::${bucket}`, prefix === null ? {} : { prefix });
    }
  }
  // Comparing an ETag reads the object: S3's guide asks for s3:GetObject beside the write or the delete.
  if (request.headers['if-match'] !== undefined) principal.require('s3:GetObject', object);
}

/** The headers that make a write or a delete conditional, as the keys s3:if-none-match and s3:if-match have them. */
function conditionsOf({ headers }: AwsCall['request']): RequestContext {
  const { 'if-none-match': ifNoneMatch, 'if-match': ifMatch } = headers;
  return {
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
  };
}

/**
 * Without s3:ListBucket nobody may learn that a key is missing: S3 says 403 then. The check has no s3:prefix, so a statement
 * with a condition on it does not help.
 */
function hideAbsence(error: unknown, { principal }: AwsCall, { operation, bucket }: S3Request): unknown {
  const writes = operation === 'PutObject' || operation === 'DeleteObject';
  if (writes || !(error instanceof AwsError) || error.code !== 'NoSuchKey') return error;
  const arn = `arn:aws:s3:::${bucket}`;
  return principal.may('s3:ListBucket', arn) ? error : principal.refusal('s3:ListBucket', arn);
}

async function answerTo(
  { request, principal }: AwsCall,
  { operation, bucket, key, query }: S3Request,
  response: ServerResponse,
  store: ObjectStore,
): Promise<Answer | undefined> {
  // "The number of tags, if any, on the object, when you have the relevant permission to read object tags": HeadObject, GetObject.
  const tagsCount = principal.may('s3:GetObjectTagging', `arn:aws:s3:::${bucket}/${key}`);
  switch (operation) {
    case 'PutObject':
      return await putObject(store, bucket, key, request);
    case 'GetObject':
      await getObject(store, bucket, key, { headers: request.headers, tagsCount }, response);
      return undefined;
    case 'HeadObject':
      await headObject(store, bucket, key, { headers: request.headers, tagsCount }, response);
      return undefined;
    case 'DeleteObject':
      return await deleteObject(store, bucket, key, request.headers['if-match']);
    case 'PutObjectTagging':
      return await putObjectTagging(store, bucket, key, request);
    case 'GetObjectTagging':
      return await getObjectTagging(store, bucket, key);
    case 'ListObjectsV2':
      return await listObjects(store, bucket, query);
  }
}

async function deleteObject(
  store: ObjectStore,
  bucket: string,
  key: string,
  ifMatch: string | undefined,
): Promise<Answer> {
  if (ifMatch === '*') throw notImplemented('S3 DeleteObject with If-Match: *');
  await store.delete(bucket, key, ifMatch);
  return { status: 204, headers: {}, body: '' };
}

async function listObjects(store: ObjectStore, bucket: string, query: URLSearchParams): Promise<Answer> {
  const prefix = query.get('prefix') ?? '';
  const startAfter = query.get('start-after') ?? undefined;
  const continuationToken = query.get('continuation-token') ?? undefined;
  const maxKeys = readMaxKeys(query.get('max-keys'));
  const after = continuationToken === undefined ? (startAfter ?? '') : decodeToken(continuationToken);
  const { objects, lastKey } = await store.list(bucket, { prefix, after, limit: maxKeys });
  const body = listXml({
    bucket,
    prefix,
    startAfter,
    maxKeys,
    continuationToken,
    nextContinuationToken: lastKey === undefined ? undefined : encodeToken(lastKey),
    objects,
    encodeKeys: readEncoding(query.get('encoding-type')),
  });
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

function readMaxKeys(text: string | null): number {
  if (text === null) return maxKeysPerPage;
  if (!/^\d{1,10}$/.test(text))
    throw new AwsError('InvalidArgument', 400, `max-keys is not a number: ${text}`);
  return Math.min(Number(text), maxKeysPerPage);
}

function readEncoding(text: string | null): boolean {
  if (text === null || text === 'url') return text === 'url';
  throw new AwsError('InvalidArgument', 400, `Invalid Encoding Method specified in Request: ${text}`);
}

/** The last key of a page, marked so that nothing else passes for a token. */
function encodeToken(key: string): string {
  return Buffer.from(`after:${key}`).toString('base64url');
}

function decodeToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (text.startsWith('after:')) return text.slice('after:'.length);
  throw new AwsError('InvalidArgument', 400, 'The continuation token provided is incorrect.');
}
