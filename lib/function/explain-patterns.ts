import { Stack, Validations } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { z } from 'zod';

const reason =
  'Keys and tables get their names at run time: the pattern is a fixed prefix, below one resource of this environment.';

/**
 * Says to who reviews a role (and to cdk-nag, as `AwsSolutions-IAM5`) why some of its statements' resources are patterns: those that begin
 * with a resource of the stack and a fixed prefix, such as 'stage/geonames/*'. Any other wildcard, in an action or a resource, is still
 * a finding, and fails the synthesis until it has a reason of its own.
 */
export function explainPatterns(role: Construct, statements: readonly PolicyStatement[]): void {
  const resources = statements.flatMap((statement) =>
    statement.resources.map((resource) => flatten(Stack.of(role).resolve(resource))),
  );
  const explained = [...new Set(resources)].filter((resource) => fixedPrefix.test(resource));
  if (explained.length === 0) return;
  Validations.of(role).acknowledge(
    ...explained.map((resource) => ({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason })),
  );
}

/** '<Lake.Arn>/stage/…*' and '…:table/baseload_dev/*', but neither '*' nor '<Lake.Arn>/*' nor '<Function.Arn>:*'. */
const fixedPrefix = /^(<\w+\.Arn>\/[^/*]+|arn:[^*]+:table\/[^/*]+)\/.*\*/;

const joined = z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) });
const attribute = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) });
const reference = z.object({ Ref: z.string() });

/** A value of a template as one text, in the way of cdk-nag's finding ids: '<LakeBucket.Arn>/stage/*'. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value;
  const join = joined.safeParse(value);
  if (join.success) return join.data['Fn::Join'][1].map(flatten).join(join.data['Fn::Join'][0]);
  const get = attribute.safeParse(value);
  if (get.success) return `<${get.data['Fn::GetAtt'].join('.')}>`;
  const ref = reference.safeParse(value);
  return ref.success ? `<${ref.data.Ref}>` : JSON.stringify(value);
}
