import { Stack } from 'aws-cdk-lib';
import { GatewayVpcEndpoint, GatewayVpcEndpointAwsService, type IVpc, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

export interface LakeEndpointProps {
  readonly vpc: IVpc;
  readonly lakeBucket: string;
}

/** What goes through it: that which plans and loads, and nothing that only reconcile does, which is in no network. */
const actions = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket'];

/**
 * The way from a VPC to the lake, which costs nothing and does not pass the NAT gateway. It lets nothing but the lake's bucket through: S3
 * is reached in no other way from there, so code that was tricked into it could not write to a stranger's bucket either.
 */
export class LakeEndpoint extends Construct {
  constructor(scope: Construct, id: string, { vpc, lakeBucket }: LakeEndpointProps) {
    super(scope, id);
    const bucketArn = Stack.of(this).formatArn({
      service: 's3',
      resource: lakeBucket,
      region: '',
      account: '',
    });
    const endpoint = new GatewayVpcEndpoint(this, 'S3', {
      vpc,
      service: GatewayVpcEndpointAwsService.S3,
      subnets: [{ subnetType: SubnetType.PRIVATE_WITH_EGRESS }],
    });
    endpoint.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions,
        resources: [bucketArn, `${bucketArn}/*`],
      }),
    );
  }
}
