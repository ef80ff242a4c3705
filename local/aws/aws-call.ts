import type { IncomingMessage } from 'node:http';
import type { Principal } from './authorize';
import { AwsError, notImplemented } from './http-answer';

/** Who signed a request, and for what: the credential scope of Signature Version 4. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  /** As in the scope: 's3', 'sqs', 'secretsmanager'. */
  readonly service: string;
}

/** A request whose sender is known. */
export interface AwsCall {
  readonly request: IncomingMessage;
  readonly principal: Principal;
  readonly region: string;
  readonly requestId: string;
  /** Aborts when the client has gone or the server closes. */
  readonly signal: AbortSignal;
}

const credential = /\bCredential=([^/\s,]+)\/\d{8}\/([^/\s,]+)\/([^/\s,]+)\/aws4_request\b/;

/** Reads the credential scope of the Authorization header; the signature is not verified. Throws 403 without one, 501 for a presigned URL. */
export function readCredentialScope(request: IncomingMessage): CredentialScope {
  const [, accessKeyId, region, service] = credential.exec(request.headers.authorization ?? '') ?? [];
  if (accessKeyId !== undefined && region !== undefined && service !== undefined) {
    return { accessKeyId, region, service };
  }
  if (request.url?.includes('X-Amz-Credential=')) throw notImplemented('presigned URLs');
  throw new AwsError(
    'MissingAuthenticationToken',
    403,
    'The request has no Authorization header of Signature Version 4. Sign it with the access key id of a principal.',
  );
}
