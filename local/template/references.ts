import { ConfigurationError } from '../../core/errors';
import { functionArn } from '../lambda/function-definition';
import { localAccount, localRegion } from '../local-account';
import type { AssemblyStack } from './assembly';
import type { Reference, Scope } from './resolve';
import { resolve } from './resolve';
import { irrelevantTypes, localTypes } from './resource-types';

type Describe = (name: string, endpoint: string) => Reference;

const arn = (service: string, rest: string) => `arn:aws:${service}:${localRegion}:${localAccount}:${rest}`;

/** ARN of a local queue. */
export function queueArn(name: string): string {
  return arn('sqs', name);
}

/** Property that holds the physical name of a type ('A.B' for B in A), and what Ref and Fn::GetAtt give for it, as CloudFormation documents them. */
const described: Readonly<Record<string, { nameProperty: string; describe: Describe }>> = {
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    describe: (name) => ({ ref: name, attributes: { Arn: `arn:aws:s3:::${name}` } }),
  },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    describe: (name, endpoint) => {
      const url = `${endpoint}/${localAccount}/${name}`;
      return { ref: url, attributes: { Arn: queueArn(name), QueueName: name, QueueUrl: url } };
    },
  },
  'AWS::Lambda::Function': {
    nameProperty: 'FunctionName',
    describe: (name) => ({ ref: name, attributes: { Arn: functionArn(name) } }),
  },
  'AWS::Lambda::LayerVersion': {
    nameProperty: 'LayerName',
    describe: (name) => ({ ref: arn('lambda', `layer:${name}:1`), attributes: {} }),
  },
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    describe: (name) => ({
      ref: name,
      attributes: { Arn: `arn:aws:iam::${localAccount}:role/${name}`, RoleId: name },
    }),
  },
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    describe: (name) => ({ ref: name, attributes: { Arn: arn('logs', `log-group:${name}:*`) } }),
  },
  'AWS::SNS::Topic': {
    nameProperty: 'TopicName',
    describe: (name) => ({
      ref: arn('sns', name),
      attributes: { TopicArn: arn('sns', name), TopicName: name },
    }),
  },
  'AWS::Events::EventBus': {
    nameProperty: 'Name',
    describe: (name) => ({ ref: name, attributes: { Arn: arn('events', `event-bus/${name}`), Name: name } }),
  },
  'AWS::Glue::Database': { nameProperty: 'DatabaseInput.Name', describe: byName },
  'AWS::CloudWatch::Alarm': {
    nameProperty: 'AlarmName',
    describe: (name) => ({ ref: name, attributes: { Arn: arn('cloudwatch', `alarm:${name}`) } }),
  },
  'AWS::Scheduler::ScheduleGroup': {
    nameProperty: 'Name',
    describe: (name) => ({ ref: name, attributes: { Arn: arn('scheduler', `schedule-group/${name}`) } }),
  },
};

/**
 * Everything a stack's template can refer to, before any of it exists: names and ARNs follow from the template, queue
 * URLs from `endpoint`. A ConfigurationError names a resource type that local mode does not know, or a condition.
 */
export function scopeOf(stack: AssemblyStack, endpoint: string): Scope {
  const references = new Map<string, Reference>();
  const parameters = new Map([
    ['AWS::AccountId', localAccount],
    ['AWS::Region', localRegion],
    ['AWS::Partition', 'aws'],
    ['AWS::URLSuffix', 'amazonaws.com'],
    ['AWS::StackName', stack.name],
    ['AWS::StackId', arn('cloudformation', `stack/${stack.name}/local`)],
  ]);
  const scope = { references, parameters };
  for (const [name, { Default }] of Object.entries(stack.template.Parameters)) {
    if (Default !== undefined) parameters.set(name, String(Default));
  }
  for (const [logicalId, { Type, Properties, Condition }] of Object.entries(stack.template.Resources)) {
    if (!localTypes.has(Type) && !irrelevantTypes.has(Type)) {
      throw new ConfigurationError(
        `${logicalId} is of type ${Type}, which local mode does not know: deploy this stack to AWS instead, or teach local/template/ the type.`,
      );
    }
    if (Condition !== undefined && localTypes.has(Type)) {
      throw new ConfigurationError(
        `${logicalId} has the condition ${Condition}, which local mode cannot evaluate: decide in the app.`,
      );
    }
    const { nameProperty = 'Name', describe = byName } = described[Type] ?? {};
    const given = resolve(valueAt(Properties, nameProperty), scope, `${logicalId}.${nameProperty}`);
    references.set(logicalId, describe(String(given ?? generatedName(stack.name, logicalId)), endpoint));
  }
  return scope;
}

function valueAt(properties: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => Object(value)[name], properties);
}

function byName(name: string): Reference {
  return { ref: name, attributes: {} };
}

/** '<stack>-<logical id>' in lower case, without the eight hexadecimal digits that the CDK adds to a logical id. */
function generatedName(stackName: string, logicalId: string): string {
  return `${stackName}-${logicalId.replace(/[0-9A-F]{8}$/, '')}`.toLowerCase();
}
