import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnFlowLog, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Environment } from '../environments';

export interface FlowLogProps {
  readonly environment: Environment;
  readonly vpc: IVpc;
}

/** Keeps who talked with whom in a VPC, in ten-minute records, as long as other logs. */
export class FlowLog extends Construct {
  constructor(scope: Construct, id: string, { environment, vpc }: FlowLogProps) {
    super(scope, id);
    const { account } = Stack.of(this);
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/baseload/${environment.name}/flow-logs`,
      retention: environment.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', {
      // Only for flow logs of this account ("IAM role for publishing flow logs to CloudWatch Logs").
      assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: {
            'aws:SourceArn': Stack.of(this).formatArn({
              service: 'ec2',
              resource: 'vpc-flow-log',
              resourceName: '*',
              arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
            }),
          },
        },
      }),
      inlinePolicies: {
        Scoped: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
              resources: [logGroup.logGroupArn],
            }),
          ],
        }),
      },
    });
    // The flow log of the VPC construct would also let the role pass itself on.
    new CfnFlowLog(this, 'FlowLog', {
      resourceType: 'VPC',
      resourceId: vpc.vpcId,
      trafficType: 'ALL',
      logDestinationType: 'cloud-watch-logs',
      logGroupName: logGroup.logGroupName,
      deliverLogsPermissionArn: role.roleArn,
      maxAggregationInterval: 600,
    });
  }
}
