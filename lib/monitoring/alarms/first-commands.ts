import { claimKey } from '../../../core/run/keys';
import { reconcileName } from '../../../lambda/environment';
import type { Watched } from './alarm-names';

/**
 * Lines of a function's log that tell of an error: its own, and the platform's about an invocation that ended by timeout, by a crash or for want of
 * memory. Those name no level but a status, and an errorType such as 'Runtime.OutOfMemory' (AWS Lambda, "Telemetry API Event schema reference":
 * Status is success, failure, error or timeout; CloudWatch Logs, "Filter pattern syntax": JSON patterns take regular expressions). No quotes, so that a shell's own hold it.
 */
export const errorLines = '{ $.level = %ERROR|FATAL% || $.record.status = %error|failure|timeout% }';

/** Shows why a dataset's run could not be reconciled in the last hour: only lines about that name a claim, see logFailedPass. */
export function whyStuck({ environment, source, dataset }: Required<Watched>): string {
  const lines = `{ $.details.claim = "${claimKey({ source, dataset })}" }`;
  return `aws logs tail /aws/lambda/${reconcileName(environment)} --since 1h --filter-pattern '${lines}'`;
}

/** Shows how many executions all functions of the account may have at once. */
export const accountLimit = 'aws lambda get-account-settings --query AccountLimit';

/** Shows what went wrong in a function in the last hour. */
export function errorsIn(functionName: string): string {
  return `aws logs tail /aws/lambda/${functionName} --since 1h --filter-pattern '${errorLines}'`;
}
