import { Stack } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { z } from 'zod';

/** IAM's limit for the inline policies of a role, in characters without white space ("IAM and AWS STS quotas"). */
export const longestPolicies = 10_240;

/** As long as the names that CloudFormation gives to buckets, roles and the like, at most. */
const givenName = 'x'.repeat(64);

/** That of a bucket which CloudFormation names: its name has 63 characters at most. */
const bucketArn = `arn:aws:s3:::${'x'.repeat(63)}`;

/** What a template refers to and everybody knows, of regions the one with the longest name. */
const parameters: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'ap-southeast-1',
  'AWS::AccountId': '123456789012',
};

const policiesSchema = z.array(z.object({ policyDocument: z.unknown() })).default([]);
const joined = z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) });
const attribute = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) });
const reference = z.object({ Ref: z.string() });

/** A role whose inline policies are longer than IAM takes, and how long they are once deployed, at most. */
export interface LongPolicies {
  /** Below the stack: 'Reconcile/Reconcile/Role/Resource'. */
  readonly path: string;
  readonly length: number;
}

/** The roles of a stack that a deployment would end at: neither the CDK nor CloudFormation looks before IAM does. */
export function longPolicies(stack: Stack): LongPolicies[] {
  const all = stack.node.findAll();
  const arnOf = new Map<string, string>();
  for (const queue of all.filter((one) => one instanceof CfnQueue))
    arnOf.set(stack.resolve(queue.logicalId), queueArn(queue.queueName));
  for (const bucket of all.filter((one) => one instanceof CfnBucket))
    arnOf.set(stack.resolve(bucket.logicalId), bucketArn);
  return all
    .filter((one) => one instanceof CfnRole)
    .map((role) => {
      const policies = policiesSchema.parse(Stack.of(role).resolve(role.policies));
      const lengths = policies.map(({ policyDocument }) => lengthOf(policyDocument, arnOf));
      const path = role.node.path.slice(stack.node.path.length + 1);
      return { path, length: lengths.reduce((sum, length) => sum + length, 0) };
    })
    .filter(({ length }) => length > longestPolicies);
}

function queueArn(name = givenName): string {
  return `arn:aws:sqs:${parameters['AWS::Region']}:${parameters['AWS::AccountId']}:${name}`;
}

function lengthOf(policy: unknown, arnOf: ReadonlyMap<string, string>): number {
  return JSON.stringify(deployed(policy, arnOf)).length;
}

/** A value of a template with something as long for each reference. */
function deployed(value: unknown, arnOf: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((one) => deployed(one, arnOf));
  if (typeof value !== 'object' || value === null) return value;
  const join = joined.safeParse(value);
  if (join.success) {
    const [separator, parts] = join.data['Fn::Join'];
    return parts.map((part) => deployed(part, arnOf)).join(separator);
  }
  const get = attribute.safeParse(value);
  // Of what else CloudFormation names, no ARN is longer than that of a queue.
  if (get.success) return arnOf.get(get.data['Fn::GetAtt'][0]) ?? queueArn();
  const ref = reference.safeParse(value);
  if (ref.success) return parameters[ref.data.Ref] ?? givenName;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, deployed(one, arnOf)]));
}
