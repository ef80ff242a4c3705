import type { SQSClient } from '@aws-sdk/client-sqs';
import { type SourceQueues, sqsSourceQueues } from '../../aws/dead-letters';
import { ConfigurationError } from '../../core/errors';
import { type EnvironmentName, queueNames } from '../../lambda/environment';

/** A source's queues in an environment; a ConfigurationError where it has none there. */
export async function sourceQueues(
  sqs: SQSClient,
  environment: EnvironmentName,
  source: string,
): Promise<SourceQueues> {
  try {
    return await sqsSourceQueues(sqs, queueNames(environment, source));
  } catch (error) {
    if (!(error instanceof Error) || !/QueueDoesNotExist|NonExistentQueue/.test(error.name)) throw error;
    const remedy =
      environment === 'local'
        ? `npx baseload run ${source}/<dataset> loads it`
        : `deploy it with npx cdk deploy baseload-${environment}`;
    throw new ConfigurationError(`source '${source}' has no queues in ${environment} yet: ${remedy}`, {
      cause: error,
    });
  }
}
