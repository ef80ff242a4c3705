// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the template language of CloudFormation.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ConfigurationError } from '../../../core/errors';
import type { LocalAws } from '../../../local/aws/local-aws';
import { startLocalAws } from '../../../local/aws/local-aws';
import { localRegion } from '../../../local/local-account';
import type { AssemblyStack } from '../../../local/template/assembly';
import { templateSchema } from '../../../local/template/assembly';
import { deployLocally } from '../../../local/template/deploy-locally';

let directory: string;
let aws: LocalAws;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'baseload-test-'));
  aws = await startLocalAws({ directory, region: localRegion, secret: () => undefined });
});

afterEach(async () => {
  await aws.close();
  rmSync(directory, { recursive: true, force: true });
});

const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

type Resources = Record<string, { Type: string; Properties?: Record<string, unknown>; Condition?: string }>;

/** A small stack as the CDK renders one. */
const resources: Resources = {
  Lake5F1B88EA: { Type: 'AWS::S3::Bucket', Properties: { LifecycleConfiguration: { Rules: [] } } },
  LakePolicy7B545488: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: { Ref: 'Lake5F1B88EA' } } },
  Pages127DFD1A: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: 'orders-pages',
      VisibilityTimeout: 120,
      DelaySeconds: 3,
      RedrivePolicy: { deadLetterTargetArn: arnOf('DeadB2807C34'), maxReceiveCount: 5 },
    },
  },
  DeadB2807C34: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'orders-dead' } },
  LogsAA00BB11: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/aws/lambda/orders-worker' } },
  Role49A064D7: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {},
      Policies: [
        {
          PolicyName: 'Scoped',
          PolicyDocument: {
            Statement: [
              { Effect: 'Allow', Action: 'logs:PutLogEvents', Resource: arnOf('LogsAA00BB11') },
              {
                Effect: 'Allow',
                Action: ['s3:PutObject'],
                Resource: { 'Fn::Join': ['', [arnOf('Lake5F1B88EA'), '/stage/*']] },
              },
            ],
          },
        },
      ],
      PermissionsBoundary: 'arn:aws:iam::123456789012:policy/baseload-boundary',
      ManagedPolicyArns: [
        { 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole' },
      ],
    },
  },
  PolicyBECD67F9: {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: 'PolicyBECD67F9',
      Roles: [{ Ref: 'Role49A064D7' }],
      PolicyDocument: {
        Statement: [{ Effect: 'Allow', Action: 'sqs:GetQueueAttributes', Resource: arnOf('Pages127DFD1A') }],
      },
    },
  },
  WorkerW8F2A5E9: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'orders-worker',
      Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}-${AWS::Region}' }, S3Key: 'abc.zip' },
      Handler: 'index.handler',
      Role: arnOf('Role49A064D7'),
      Runtime: 'nodejs24.x',
      MemorySize: 1769,
      Timeout: 20,
      Environment: {
        Variables: { LAKE_BUCKET: { Ref: 'Lake5F1B88EA' }, PAGE_QUEUE_URL: { Ref: 'Pages127DFD1A' } },
      },
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: 'LogsAA00BB11' } },
    },
  },
  MappingC9AD0000: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: arnOf('Pages127DFD1A'),
      FunctionName: { Ref: 'WorkerW8F2A5E9' },
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 4 },
    },
  },
  SchedulesB17C2D90: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: 'baseload-local' } },
  Often854F2A50: {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      GroupName: { Ref: 'SchedulesB17C2D90' },
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: arnOf('WorkerW8F2A5E9'), RoleArn: arnOf('ScheduleRoleA1B2C3D4'), Input: '{"a":1}' },
    },
  },
  DailyA79E22A9: {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      ScheduleExpression: 'cron(0 3 * * ? *)',
      State: 'DISABLED',
      Target: { Arn: arnOf('WorkerW8F2A5E9'), RoleArn: arnOf('ScheduleRoleA1B2C3D4') },
    },
  },
  ScheduleRoleA1B2C3D4: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {},
      Policies: [
        {
          PolicyName: 'Scoped',
          PolicyDocument: {
            Statement: [
              { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arnOf('WorkerW8F2A5E9') },
            ],
          },
        },
      ],
    },
  },
  Events8A1B2C3D: { Type: 'AWS::Events::EventBus', Properties: { Name: 'runs', Description: 'Runs' } },
  Rule9A1B2C3D: { Type: 'AWS::Events::Rule', Properties: { EventBusName: { Ref: 'Events8A1B2C3D' } } },
};

function stackOf(changes: Resources = {}): AssemblyStack {
  const template = templateSchema.parse({
    Resources: { ...resources, ...changes },
    Outputs: { LakeBucket: { Value: { Ref: 'Lake5F1B88EA' } } },
    Parameters: { BootstrapVersion: { Type: 'String', Default: '/cdk-bootstrap/version' } },
  });
  return { name: 'baseload-local', template, assets: new Map([['abc.zip', '/assets/abc']]) };
}

/** A resource of the stack with some properties changed. */
function changed(logicalId: string, Properties: Record<string, unknown>): Resources {
  const { Type, Properties: before } = resources[logicalId] ?? { Type: '' };
  return { [logicalId]: { Type, Properties: { ...before, ...Properties } } };
}

const as = (accessKeyId: string) => ({
  endpoint: aws.url,
  region: 'eu-central-1',
  credentials: { accessKeyId, secretAccessKey: 'x' },
});

test('functions, event sources, schedules and outputs are read with every reference resolved', async () => {
  const queueUrl = `${aws.url}/000000000000/orders-pages`;
  expect(await deployLocally(stackOf(), aws)).toEqual({
    functions: [
      {
        name: 'orders-worker',
        codeDirectory: '/assets/abc',
        handler: 'index.handler',
        runtime: 'nodejs24.x',
        memoryMegabytes: 1769,
        timeoutSeconds: 20,
        logFormat: 'JSON',
        variables: { LAKE_BUCKET: 'baseload-local-lake', PAGE_QUEUE_URL: queueUrl },
      },
    ],
    eventSources: [
      {
        queueUrl,
        queueArn: 'arn:aws:sqs:eu-central-1:000000000000:orders-pages',
        functionName: 'orders-worker',
        timeoutSeconds: 20,
        batchSize: 1,
        maximumConcurrency: 4,
        reportBatchItemFailures: true,
      },
    ],
    schedules: [
      {
        name: 'baseload-local-often',
        group: 'baseload-local',
        expression: 'rate(1 minute)',
        functionName: 'orders-worker',
        roleName: 'baseload-local-schedulerole',
        input: '{"a":1}',
        everyMilliseconds: 60_000,
      },
      {
        name: 'baseload-local-daily',
        group: 'default',
        expression: 'cron(0 3 * * ? *)',
        functionName: 'orders-worker',
        roleName: 'baseload-local-schedulerole',
        everyMilliseconds: undefined,
      },
    ],
    outputs: { LakeBucket: 'baseload-local-lake' },
  });
});

test('buckets and queues exist with their attributes, and a function may do what its role allows and no more', async () => {
  await deployLocally(stackOf(), aws);
  const s3 = new S3Client(as('orders-worker'));
  const sqs = new SQSClient(as('orders-worker'));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: `${aws.url}/000000000000/orders-pages`,
      AttributeNames: ['All'],
    }),
  );
  expect(Attributes).toMatchObject({ VisibilityTimeout: '120' });
  expect(JSON.parse(Attributes?.RedrivePolicy ?? '{}')).toEqual({
    deadLetterTargetArn: 'arn:aws:sqs:eu-central-1:000000000000:orders-dead',
    maxReceiveCount: 5,
  });
  const put = (Key: string) =>
    s3.send(new PutObjectCommand({ Bucket: 'baseload-local-lake', Key, Body: 'x' }));
  await put('stage/a');
  await expect(put('raw/a')).rejects.toThrow('not authorized to perform: s3:PutObject');
  await expect(s3.send(new ListObjectsV2Command({ Bucket: 'baseload-local-lake' }))).rejects.toThrow(
    'not authorized to perform: s3:ListBucket',
  );
  const dead = `${aws.url}/000000000000/orders-dead`;
  await expect(
    sqs.send(new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['All'] })),
  ).rejects.toThrow('not authorized');
});

test('a schedule may do what its own role allows', async () => {
  const { schedules } = await deployLocally(stackOf(), aws);
  const invoke = (name: string) =>
    aws.require(
      schedules[0]?.roleName ?? '',
      'lambda:InvokeFunction',
      `arn:aws:lambda:eu-central-1:000000000000:function:${name}`,
    );
  invoke('orders-worker');
  expect(() => invoke('other')).toThrow('is not authorized to perform: lambda:InvokeFunction');
});

test('an event bus takes events, and keeps them', async () => {
  await deployLocally(stackOf(), aws);
  expect(aws.events('runs')).toEqual([]);
});

test.each<[string, Resources, string]>([
  [
    'an unknown type',
    { Table: { Type: 'AWS::DynamoDB::Table' } },
    'Table is of type AWS::DynamoDB::Table, which local mode does not know',
  ],
  [
    'a condition',
    { Pages127DFD1A: { Type: 'AWS::SQS::Queue', Condition: 'IsProd' } },
    'Pages127DFD1A has the condition IsProd',
  ],
  [
    'a managed policy',
    changed('Role49A064D7', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }),
    'AdministratorAccess',
  ],
  [
    'a statement that says what is not allowed',
    changed('PolicyBECD67F9', {
      PolicyDocument: { Statement: [{ Effect: 'Allow', NotAction: 's3:*', Resource: '*' }] },
    }),
    'PolicyBECD67F9.PolicyDocument.Statement.0: needs an Effect, an Action and a Resource',
  ],
  [
    'a role of elsewhere',
    changed('WorkerW8F2A5E9', { Role: 'arn:aws:iam::1:role/other' }),
    'arn:aws:iam::1:role/other',
  ],
  [
    'code of elsewhere',
    changed('WorkerW8F2A5E9', { Code: { S3Key: 'z.zip' } }),
    'WorkerW8F2A5E9 has the code z.zip',
  ],
  [
    'a property that would be ignored',
    changed('WorkerW8F2A5E9', { ReservedConcurrentExecutions: 3 }),
    'WorkerW8F2A5E9: Unrecognized key: "ReservedConcurrentExecutions"',
  ],
  [
    'a runtime that is not Node',
    changed('WorkerW8F2A5E9', { Runtime: 'python3.13' }),
    'WorkerW8F2A5E9.Runtime',
  ],
  [
    'a FIFO queue',
    changed('DeadB2807C34', { FifoQueue: true }),
    'DeadB2807C34: Unrecognized key: "FifoQueue"',
  ],
  ['a mapping with a filter', changed('MappingC9AD0000', { FilterCriteria: {} }), 'FilterCriteria'],
  [
    'a mapping without a cap',
    changed('MappingC9AD0000', { ScalingConfig: undefined }),
    'MappingC9AD0000.ScalingConfig',
  ],
  [
    'a mapping of a foreign queue',
    changed('MappingC9AD0000', { EventSourceArn: 'arn:other' }),
    'reads arn:other, which is no queue of the stack',
  ],
  [
    'a schedule of something else',
    changed('Often854F2A50', { Target: { Arn: 'arn:other', RoleArn: 'r' } }),
    'invokes arn:other, which is no function',
  ],
  [
    'a schedule with a role of elsewhere',
    changed('Often854F2A50', {
      Target: { Arn: arnOf('WorkerW8F2A5E9'), RoleArn: 'arn:aws:iam::1:role/other' },
    }),
    'other has the role other, which is not in the template',
  ],
  [
    'a schedule without a role',
    changed('Often854F2A50', { Target: { Arn: arnOf('WorkerW8F2A5E9') } }),
    'Often854F2A50.Target.RoleArn',
  ],
  [
    'an event bus of a partner',
    changed('Events8A1B2C3D', { EventSourceName: 'aws.partner/x' }),
    'Events8A1B2C3D: Unrecognized key: "EventSourceName"',
  ],
  [
    'a name that is none',
    changed('Lake5F1B88EA', { BucketName: 'My_Lake' }),
    "would be the bucket 'My_Lake'",
  ],
])('%s is refused by name', async (_, changes, message) => {
  const deployed = deployLocally(stackOf(changes), aws);
  await expect(deployed).rejects.toThrow(ConfigurationError);
  await expect(deployed).rejects.toThrow(message);
});
