import { AwsError } from './http-answer';

/** Shapes whose code in the older query protocol is another: SDKs that keep to it look for that one. */
const queryCodes: Record<string, string> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  InvalidBatchEntryId: 'AWS.SimpleQueueService.InvalidBatchEntryId',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  InvalidParameterValueException: 'InvalidParameterValue',
  OverLimit: 'OverLimit',
};

/** An error of SQS, with the header that names it in the query protocol. */
export function sqsError(code: string, message: string, status = 400): AwsError {
  return new AwsError(code, status, message, {
    'x-amzn-query-error': `${queryCodes[code] ?? code};Sender`,
  });
}

/** A parameter, or a combination of them, that SQS refuses. */
export function invalidParameter(message: string): AwsError {
  return sqsError('InvalidParameterValueException', message);
}
