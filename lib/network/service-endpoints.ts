import {
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  type ISecurityGroup,
  type IVpc,
  Port,
  SecurityGroup,
  SubnetType,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { Environment } from '../environments';

export interface ServiceEndpointsProps {
  readonly environment: Environment;
  readonly vpc: IVpc;
  /** Who may use them. */
  readonly functions: ISecurityGroup;
}

/**
 * Ways to SQS and Secrets Manager that stay within the network, under the names that the SDK uses anyway (private DNS). What else functions
 * use needs none: Lambda itself polls the queue, writes their logs and takes their metrics from these.
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
    const { SQS, SECRETS_MANAGER } = InterfaceVpcEndpointAwsService;
    for (const [name, service] of Object.entries({ Sqs: SQS, SecretsManager: SECRETS_MANAGER })) {
      new InterfaceVpcEndpoint(this, name, {
        vpc,
        service,
        privateDnsEnabled: true,
        open: false,
        securityGroups: [group],
        subnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      });
    }
  }
}
