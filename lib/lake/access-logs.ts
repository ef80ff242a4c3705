import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ClosedBucket } from './closed-bucket';

export interface AccessLogsProps {
  /** How long a log is kept. */
  readonly retention: Duration;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Keeps who asked for which object of the lake, and when. The bucket that is logged adds to this one's policy that
 * logging.s3.amazonaws.com may write, on behalf of that bucket of this account alone (`aws:SourceArn`, `aws:SourceAccount`; Amazon S3 User
 * Guide, "Permissions for server access log delivery"). Not logged itself: its own log would never end. Encrypted by S3's own keys, since
 * delivery to a bucket with a key of KMS needs that key's policy too ("Enabling Amazon S3 server access logging").
 */
export class AccessLogs extends Construct {
  readonly bucket: IBucket;

  constructor(scope: Construct, id: string, { retention, removalPolicy }: AccessLogsProps) {
    super(scope, id);
    const bucket = new ClosedBucket(this, 'Bucket', {
      lifecycleRules: [{ id: 'Logs', expiration: retention }],
      removalPolicy,
    });
    // A Bucket is an IBucket, but for `isWebsite?: boolean` that is declared without `| undefined`.
    this.bucket = bucket as IBucket;
  }
}
