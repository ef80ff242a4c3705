import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** What Lambda does to a function's network interfaces: those of AWSLambdaVPCAccessExecutionRole, without its rights to logs. */
const changing = [
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];
const looking = ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'];

/**
 * Allows Lambda to connect a function to its subnets, and denies the same to the function's own code, which runs with the same role: the
 * code's calls carry lambda:SourceFunctionArn, those of the Lambda service do not (AWS Lambda, "Giving Lambda functions access to
 * resources in an Amazon VPC" and "Using source function ARN to control function access behavior").
 */
export function interfaceStatements(scope: Construct, functionName: string): PolicyStatement[] {
  const stack = Stack.of(scope);
  const functionArn = stack.formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: functionName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return [
    // Lambda asks for these on all resources of the account and region: the page says so of deleting, with this very pattern.
    new PolicyStatement({
      actions: changing,
      resources: [stack.formatArn({ service: 'ec2', resource: '*', resourceName: '*' })],
    }),
    // Describe actions know no resources (Service Authorization Reference, "Amazon EC2").
    new PolicyStatement({ actions: looking, resources: ['*'] }),
    new PolicyStatement({
      effect: Effect.DENY,
      actions: [...changing, ...looking, 'ec2:DetachNetworkInterface'],
      resources: ['*'],
      conditions: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
    }),
  ];
}

/** Why the wildcards above are no wider than they must be, for whoever reviews a role that has them. */
export const wildcardReasons: readonly { readonly id: string; readonly reason: string }[] = [
  {
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason:
      'ec2:Describe* actions have no resource-level permissions; the same role denies them, and all others on network interfaces, to the code of the function',
  },
  {
    id: 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:*/*]',
    reason:
      "Lambda creates and deletes the function's network interfaces, whose ids nobody knows beforehand; the same role denies it to the code of the function",
  },
];
