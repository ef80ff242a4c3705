import type { RemovalPolicy } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** What a bucket may say of itself; how it is closed is the same for all. */
export type ClosedBucketProps = Pick<
  BucketProps,
  'lifecycleRules' | 'versioned' | 'serverAccessLogsBucket' | 'serverAccessLogsPrefix'
> & { readonly removalPolicy: RemovalPolicy };

/** A bucket that nothing public reaches: TLS 1.2 or later, encrypted by S3's own keys, no ACLs. */
export class ClosedBucket extends Bucket {
  constructor(scope: Construct, id: string, props: ClosedBucketProps) {
    super(scope, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      ...props,
    });
    // One that is kept stays as closed as it was: without it, requests in the clear would be answered.
    this.policy?.applyRemovalPolicy(props.removalPolicy);
  }
}
