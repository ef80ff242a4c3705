import { CfnOutput, Fn, Tags, Validations } from 'aws-cdk-lib';
import {
  CfnEIP,
  IpAddresses,
  type ISecurityGroup,
  type IVpc,
  NatProvider,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { FunctionOptions } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Environment, PrivateNetwork } from '../environments';
import { checkCidr } from './check-cidr';
import { checkZones } from './check-zones';
import { FlowLog } from './flow-log';
import { interfaceStatements, wildcardReasons } from './interface-statements';
import { LakeEndpoint } from './lake-endpoint';
import { ServiceEndpoints } from './service-endpoints';

export interface NetworkProps {
  readonly environment: Environment;
  readonly settings: PrivateNetwork;
  /** The one bucket that can be reached without leaving the network. */
  readonly lakeBucket: string;
  /** TCP ports of the sources that are reached through it, besides 443, which AWS itself needs. */
  readonly ports: readonly number[];
}

/**
 * A VPC of an environment's own, for the sources that are reached through a private network or from a known address. Nothing in it can be
 * reached from outside; what is in it reaches the internet through one NAT gateway, whose address never changes. One, though there are two
 * zones: a second costs as much again, and a load that a zone interrupts goes on where it stopped.
 */
export class Network extends Construct {
  private readonly vpc: IVpc;
  private readonly functions: ISecurityGroup;

  constructor(scope: Construct, id: string, { environment, settings, lakeBucket, ports }: NetworkProps) {
    super(scope, id);
    checkCidr(settings.cidr, environment.name);
    checkZones(settings.zones, environment.name);
    const address = new CfnEIP(this, 'Address', { domain: 'vpc' });
    // It stands in the allow-lists of others, who take weeks to change them: it outlives the network where the lake does.
    address.applyRemovalPolicy(environment.lakeRemovalPolicy);
    Tags.of(address).add('Name', `baseload-${environment.name}-egress`);
    const vpc = new Vpc(this, 'Vpc', {
      vpcName: `baseload-${environment.name}`,
      ipAddresses: IpAddresses.cidr(settings.cidr),
      // By default the first two of whatever region it is deployed to, known to CloudFormation: nothing is looked up at synth.
      availabilityZones: [...(settings.zones ?? [0, 1].map((index) => Fn.select(index, Fn.getAzs())))],
      natGateways: 1,
      natGatewayProvider: NatProvider.gateway({ eipAllocationIds: [address.attrAllocationId] }),
      // Nothing is in the default group. Only a function could take its rules, and the CDK's may change any group and has a managed policy.
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: 'Egress', subnetType: SubnetType.PUBLIC, cidrMask: 28, mapPublicIpOnLaunch: false },
        { name: 'Functions', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      ],
    });
    // It is one but for the type of vpnGatewayId, which it has as undefined where IVpc would have nothing.
    this.vpc = vpc as IVpc;
    new FlowLog(this, 'FlowLog', { environment, vpc: this.vpc });

    this.functions = new SecurityGroup(this, 'FunctionsGroup', {
      vpc: this.vpc,
      description: `Functions of baseload-${environment.name} whose sources are private: nothing comes in`,
      allowAllOutbound: false,
    });
    for (const port of new Set([443, ...ports]))
      this.functions.addEgressRule(Peer.anyIpv4(), Port.tcp(port), `Sources and AWS on port ${port}`);
    new LakeEndpoint(this, 'LakeEndpoint', { vpc: this.vpc, lakeBucket });
    new ServiceEndpoints(this, 'Endpoints', { environment, vpc: this.vpc, functions: this.functions });

    new CfnOutput(scope, 'EgressAddress', {
      value: address.attrPublicIp,
      description: 'Where requests to private sources come from: for the allow-lists of their owners',
    });
    new CfnOutput(scope, 'NetworkVpc', {
      value: this.vpc.vpcId,
      description: 'The VPC of private sources: for peering, a VPN or a transit gateway',
    });
  }

  /** Puts a function into the private subnets. */
  get placement(): Pick<FunctionOptions, 'vpc' | 'vpcSubnets' | 'securityGroups'> {
    return {
      vpc: this.vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      securityGroups: [this.functions],
    };
  }

  /** What Lambda may do, with the role of the function of that name, to connect it. */
  statementsOf(functionName: string): PolicyStatement[] {
    return interfaceStatements(this, functionName);
  }

  /** Says to who reviews a role with these statements why their wildcards are there. */
  explainWildcards(role: IRole): void {
    Validations.of(role).acknowledge(...wildcardReasons);
  }
}
