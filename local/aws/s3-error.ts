import { AwsError } from './http-answer';

/** The error for a key without an object. */
export function noSuchKey(): AwsError {
  return new AwsError('NoSuchKey', 404, 'The specified key does not exist.');
}

/** The error for a precondition that does not hold. */
export function preconditionFailed(condition: 'If-Match' | 'If-None-Match'): AwsError {
  return new AwsError(
    'PreconditionFailed',
    412,
    `At least one of the pre-conditions you specified did not hold: ${condition}`,
  );
}

/** The error for a key that cannot be a file because of what is there already. */
export function nameTaken(key: string, why: string): AwsError {
  return new AwsError(
    'InvalidRequest',
    400,
    `The key ${JSON.stringify(key)} cannot be stored, because local objects are plain files: ${why}. Use another key.`,
  );
}
