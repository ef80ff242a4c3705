import type { Answer, AwsError } from './http-answer';

/** An answer of the AWS JSON protocol; SQS speaks version 1.0, Secrets Manager 1.1. */
export function jsonAnswer(version: '1.0' | '1.1', body: object, status = 200): Answer {
  return {
    status,
    headers: { 'content-type': `application/x-amz-json-${version}` },
    body: JSON.stringify(body),
  };
}

/** The answer to an error in the AWS JSON protocol: the SDK takes `name` from __type. */
export function jsonError(version: '1.0' | '1.1', error: AwsError): Answer {
  const answer = jsonAnswer(version, { __type: error.code, message: error.message }, error.status);
  return { ...answer, headers: { ...answer.headers, ...error.headers } };
}
