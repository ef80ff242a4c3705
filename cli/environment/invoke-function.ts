import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { ConfigurationError } from '../../core/errors';
import { inAwsWords } from './aws-failure';

/** What Lambda answers for a function that threw: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
const failureSchema = z.looseObject({ errorType: z.string().optional(), errorMessage: z.string() });

/**
 * Calls a function and waits for its answer, up to the 15 minutes that a function may take. Rejects with an error that has the name and
 * message of what the function threw. Not tried again by itself: the caller knows whether that is safe.
 */
export async function invokeFunction(
  lambda: LambdaClient,
  functionName: string,
  event: unknown,
): Promise<unknown> {
  const answer = await lambda
    .send(new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(event)) }))
    .catch((error) => {
      if (error?.name === 'ResourceNotFoundException') {
        throw new ConfigurationError(
          `there is no function ${functionName}: deploy the stack of its environment, as in npx cdk deploy baseload-dev, or name another account or region with AWS_PROFILE and AWS_REGION`,
          { cause: error },
        );
      }
      throw inAwsWords(error, `the function ${functionName}`);
    });
  const text = Buffer.from(answer.Payload ?? []).toString('utf8');
  const result: unknown = text === '' ? undefined : JSON.parse(text);
  if (answer.FunctionError === undefined) return result;
  const { errorType, errorMessage } = failureSchema.catch({ errorMessage: text }).parse(result);
  const error = new Error(errorMessage);
  error.name = errorType ?? 'FunctionError';
  throw error;
}
