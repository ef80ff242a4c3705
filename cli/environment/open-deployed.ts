import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { s3Lake } from '../../aws/lake';
import { ConfigurationError } from '../../core/errors';
import { type EnvironmentName, stackName } from '../../lambda/environment';
import { inAwsWords } from './aws-failure';
import { environmentCatalog } from './environment-catalog';
import { invokeFunction } from './invoke-function';
import type { OpenEnvironment } from './open-environment';
import { sourceQueues } from './source-queues';

/** How long AWS may take to answer, in milliseconds. */
export interface AwsPatience {
  readonly connect: number;
  /** For the stack: a few attempts of it are what a person waits for the first sign that nobody answers. */
  readonly describe: number;
  readonly answer: number;
  /** A function's answer: it may run for 15 minutes. */
  readonly invoke: number;
}

const usualPatience: AwsPatience = { connect: 5000, describe: 6000, answer: 20_000, invoke: 15.5 * 60_000 };

/** Opens the stack of an environment in the account and region that the SDK finds: its lake is named by an output. */
export async function openDeployed(
  name: Exclude<EnvironmentName, 'local'>,
  patience: AwsPatience = usualPatience,
): Promise<OpenEnvironment> {
  const within = (requestTimeout: number) => ({
    requestHandler: { connectionTimeout: patience.connect, requestTimeout, throwOnRequestTimeout: true },
  });
  const lakeBucket = await lakeBucketOf(name, new CloudFormationClient(within(patience.describe)));
  const settings = within(patience.answer);
  const sqs = new SQSClient(settings);
  const lambda = new LambdaClient({ ...within(patience.invoke), maxAttempts: 1 }); // a call that was cut off may be going on: see invokeFunction
  const lake = s3Lake(new S3Client(settings), lakeBucket);
  return {
    name,
    lake,
    catalog: environmentCatalog({ environment: name, lake, bucket: lakeBucket, client: settings }),
    queues: (source) => sourceQueues(sqs, name, source),
    invoke: (functionName, event) => invokeFunction(lambda, functionName, event),
    close: async () => {},
  };
}

async function lakeBucketOf(
  environment: EnvironmentName,
  cloudFormation: CloudFormationClient,
): Promise<string> {
  const name = stackName(environment);
  const described = await cloudFormation
    .send(new DescribeStacksCommand({ StackName: name }))
    .catch(async (error) => {
      if (error?.name === 'ValidationError' && /does not exist/.test(error.message)) {
        throw new ConfigurationError(
          `there is no stack ${name} in ${await cloudFormation.config.region()} of this account: deploy it with npx cdk deploy baseload-${environment}, or name another account or region with AWS_PROFILE and AWS_REGION`,
          { cause: error },
        );
      }
      throw inAwsWords(error, `the stack ${name}`);
    });
  if (!described.Stacks?.[0]) {
    throw new ConfigurationError(
      `the stack ${name}: what answered is not AWS (it names no stack): check AWS_ENDPOINT_URL, and whether a proxy is in the way`,
    );
  }
  const [stack] = described.Stacks;
  const outputs = stack.Outputs ?? [];
  const bucket = outputs.find(({ OutputKey }) => OutputKey === 'LakeBucket')?.OutputValue;
  if (bucket !== undefined) return bucket;
  const status = stack.StackStatus ?? 'of no known state';
  throw new ConfigurationError(
    `the stack ${name} has no output LakeBucket (it is ${status}): deploy this version with npx cdk deploy baseload-${environment}`,
  );
}
