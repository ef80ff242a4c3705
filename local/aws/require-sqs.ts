import type { SpokenAction } from './authorize';
import type { AwsCall } from './aws-call';
import { AwsError } from './http-answer';

/** Throws AccessDenied, 403, in SQS's way unless the caller may do `action` with the queue of that ARN. */
export function requireSqs(call: AwsCall, action: SpokenAction, arn: string): void {
  try {
    call.principal.require(action, arn);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError(error.code, error.status, error.message, {
      'x-amzn-query-error': `${error.code};Sender`,
    });
  }
}
