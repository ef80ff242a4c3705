import type { Evidence } from '../../errors';
import type { AuthorizedRequest } from '../auth/authorizer';
import type { Answer } from './client';
import { mask } from './mask';

/** Longest excerpt of a body that is kept, in characters. */
const excerptLength = 300;

/** Headers by which sources name a request for their support desk, the most specific first. */
const requestIdHeaders = [
  'x-request-id',
  'request-id',
  'x-amzn-requestid',
  'x-amz-request-id',
  'x-github-request-id',
  'x-correlation-id',
  'x-trace-id',
  'cf-ray',
];

/** What is kept of an answer that was refused: bounded, on one line, without credentials. */
export function gatherEvidence(request: AuthorizedRequest, answer: Answer): Evidence {
  const header = requestIdHeaders.find((name) => answer.headers[name]);
  const requestId = header === undefined ? '' : oneLine(answer.headers[header] ?? '', request.credentials);
  const excerpt = oneLine(answer.body.toString('utf8', 0, 16 * excerptLength), request.credentials);
  return {
    request: request.shown,
    status: answer.status,
    ...(excerpt === '' ? {} : { excerpt }),
    ...(requestId === '' ? {} : { requestId }),
  };
}

/** 'reason: excerpt (request id …)', for the message of an error. */
export function withEvidence(reason: string, { request, excerpt, requestId }: Evidence): string {
  const quoted = excerpt === undefined ? '' : `: ${excerpt}`;
  const id = requestId === undefined ? '' : ` (request id ${requestId})`;
  return `${request} ${reason}${quoted}${id}`;
}

/** Masked before it is cut, so that no half of a credential is left over. */
function oneLine(text: string, credentials: readonly string[]): string {
  return mask(text, credentials)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, excerptLength);
}
