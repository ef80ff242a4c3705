import type { Principal, SpokenAction } from './authorize';
import type { RequestContext } from './condition';
import { AwsError } from './http-answer';

/** Throws AccessDeniedException, 400, unless the caller may do `action` with `arn`: the words of services that speak JSON 1.1, unlike S3 and SQS. */
export function requireOrException(
  principal: Principal,
  action: SpokenAction,
  arn: string,
  context: RequestContext = {},
): void {
  try {
    principal.require(action, arn, context);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError('AccessDeniedException', 400, error.message);
  }
}
