import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { s3Lake } from '../../aws/lake';
import { ConfigurationError } from '../../core/errors';
import { type EnvironmentName, stackName } from '../../lambda/environment';
import { inAwsWords } from './aws-failure';
import { invokeFunction } from './invoke-function';
import type { OpenEnvironment } from './open-environment';
import { sourceQueues } from './source-queues';

/** Opens the stack of an environment in the account and region that the SDK finds: its lake is named by an output. */
export async function openDeployed(name: Exclude<EnvironmentName, 'local'>): Promise<OpenEnvironment> {
  const lakeBucket = await lakeBucketOf(name);
  const sqs = new SQSClient();
  const lambda = new LambdaClient({ maxAttempts: 1 }); // a call that was cut off may be going on: see invokeFunction
  return {
    name,
    lake: s3Lake(new S3Client(), lakeBucket),
    queues: (source) => sourceQueues(sqs, name, source),
    invoke: (functionName, event) => invokeFunction(lambda, functionName, event),
    close: async () => {},
  };
}

async function lakeBucketOf(environment: EnvironmentName): Promise<string> {
  const cloudFormation = new CloudFormationClient();
  const name = stackName(environment);
  const described = await cloudFormation
    .send(new DescribeStacksCommand({ StackName: name }))
    .catch(async (error) => {
      if (error?.name === 'ValidationError' && /does not exist/.test(error.message)) {
        throw new ConfigurationError(
          `there is no stack ${name} in ${await cloudFormation.config.region()} of this account: deploy it with npx cdk deploy -c environment=${environment}, or name another account or region with AWS_PROFILE and AWS_REGION`,
          { cause: error },
        );
      }
      throw inAwsWords(error, `the stack ${name}`);
    });
  const outputs = described.Stacks?.[0]?.Outputs ?? [];
  const bucket = outputs.find(({ OutputKey }) => OutputKey === 'LakeBucket')?.OutputValue;
  if (bucket !== undefined) return bucket;
  const status = described.Stacks?.[0]?.StackStatus ?? 'of no known state';
  throw new ConfigurationError(
    `the stack ${name} has no output LakeBucket (it is ${status}): deploy this version with npx cdk deploy -c environment=${environment}`,
  );
}
