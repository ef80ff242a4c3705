import { ArnFormat, Stack } from 'aws-cdk-lib';
import {
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  type ISecurityGroup,
  type IVpc,
  Port,
  SecurityGroup,
  SubnetType,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { queueNames, secretName } from '../../lambda/environment';
import type { Environment } from '../environments';

export interface ServiceEndpointsProps {
  readonly environment: Environment;
  readonly vpc: IVpc;
  /** Who may use them. */
  readonly functions: ISecurityGroup;
}

/** What fan-outs and workers do with queues and secrets. */
const queueActions = [
  'sqs:SendMessage',
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:ChangeMessageVisibility',
  'sqs:GetQueueAttributes',
];
const secretActions = ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'];

/**
 * Ways to SQS and Secrets Manager that stay within the network, under the names that the SDK uses anyway (private DNS). What else functions
 * use needs none: Lambda itself polls the queue, writes their logs and takes their metrics from these. They let through nothing but what roles
 * of functions allow too, on queues and secrets of this environment and account, so that code that was tricked into it reaches no stranger's
 * with the stranger's credentials. By ARN, like the roles, since not every call carries aws:ResourceAccount (IAM, "AWS global condition context keys").
 */
export class ServiceEndpoints extends Construct {
  constructor(scope: Construct, id: string, { environment, vpc, functions }: ServiceEndpointsProps) {
    super(scope, id);
    const group = new SecurityGroup(this, 'Group', {
      vpc,
      description: `Endpoints of baseload-${environment.name}: its functions, and nobody else`,
      allowAllOutbound: false,
    });
    group.addIngressRule(functions, Port.tcp(443), 'Functions whose sources are private');
    const endpoint = (name: string, service: InterfaceVpcEndpointAwsService) =>
      new InterfaceVpcEndpoint(this, name, {
        vpc,
        service,
        privateDnsEnabled: true,
        open: false,
        securityGroups: [group],
        subnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      });

    const stack = Stack.of(this);
    const { pages, dead } = queueNames(environment.name, '*');
    const secret = stack.formatArn({
      service: 'secretsmanager',
      resource: 'secret',
      resourceName: secretName(environment.name, '*'),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    endpoint('Sqs', InterfaceVpcEndpointAwsService.SQS).addToPolicy(
      letThrough(
        queueActions,
        [pages, dead].map((resource) => stack.formatArn({ service: 'sqs', resource })),
      ),
    );
    endpoint('SecretsManager', InterfaceVpcEndpointAwsService.SECRETS_MANAGER).addToPolicy(
      letThrough(secretActions, [secret]),
    );
  }
}

function letThrough(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ principals: [new AnyPrincipal()], actions, resources });
}
