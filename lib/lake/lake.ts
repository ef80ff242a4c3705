import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type LifecycleRule,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Environment } from '../environments';

export interface LakeProps {
  readonly environment: Environment;
}

/** What a function may do with an object. Conditional writes need no more than the plain ones. */
export type ObjectAction = 's3:GetObject' | 's3:PutObject' | 's3:DeleteObject';

/** The one bucket of an environment: raw pages, staged ranges, tables and the record of every run. */
export class Lake extends Construct {
  readonly bucketName: string;
  private readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { environment }: LakeProps) {
    super(scope, id);
    // Not versioned: an object is written once and never replaced (If-None-Match), and the few documents that
    // do change are replaced only by who has read them (If-Match). Versions would keep what nobody asks for.
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: false,
      lifecycleRules: lifecycleRules(environment),
      removalPolicy: environment.lakeRemovalPolicy,
    });
    this.bucketName = this.bucket.bucketName;
  }

  /** Allows the actions on the objects that the key patterns match, such as 'stage/geonames/*'. */
  objects(actions: readonly ObjectAction[], keyPatterns: readonly string[]): PolicyStatement {
    return new PolicyStatement({
      actions: [...actions],
      resources: keyPatterns.map((pattern) => this.bucket.arnForObjects(pattern)),
    });
  }

  /**
   * Allows listing below the prefixes that the patterns match. Reading needs it too: S3 answers 403 instead of
   * 404 for a missing key to those who may not list (HeadObject, "Permissions"), so the lake asks by listing it.
   */
  listing(prefixPatterns: readonly string[]): PolicyStatement {
    return new PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: [this.bucket.bucketArn],
      conditions: { StringLike: { 's3:prefix': [...prefixPatterns] } },
    });
  }
}

/** Raw pages that are kept at least this long are worth the price of moving them to a class that gets cheaper when nobody reads them. */
const worthTiering = Duration.days(90);

/**
 * What becomes of objects by themselves. Only raw pages and quarantine expire: which stage objects and tables are needed is for the pointers to
 * say, and `baseload prune` asks them. S3 leaves objects below 128 KB where they are ("Transitioning objects using Amazon S3 Lifecycle").
 */
function lifecycleRules({ rawRetention, quarantineRetention }: Environment): LifecycleRule[] {
  const tiered = rawRetention.toDays() >= worthTiering.toDays();
  const transitions = [{ storageClass: StorageClass.INTELLIGENT_TIERING, transitionAfter: Duration.days(0) }];
  return [
    { id: 'AbandonedUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
    { id: 'Raw', prefix: 'raw/', expiration: rawRetention, ...(tiered ? { transitions } : {}) },
    { id: 'Quarantine', prefix: 'quarantine/', expiration: quarantineRetention },
  ];
}
