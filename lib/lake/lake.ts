import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Environment } from '../environments';
import { AccessLogs } from './access-logs';
import { ClosedBucket } from './closed-bucket';
import { lifecycleRules } from './lifecycle-rules';

export interface LakeProps {
  readonly environment: Environment;
}

/** What a function may do with an object. A condition on an ETag (If-Match) needs s3:GetObject beside the write or the delete. */
export type ObjectAction = 's3:GetObject' | 's3:PutObject' | 's3:PutObjectTagging' | 's3:DeleteObject';

/**
 * The one bucket of an environment: raw pages, staged ranges, tables and the record of every run.
 *
 * Where it is versioned, what is deleted or replaced can be had back for a while, and nothing else changes, because conditions look
 * at the current version only (Amazon S3 User Guide, "How to prevent object overwrites with conditional writes", "How to perform conditional
 * deletes"): If-None-Match succeeds where that is a delete marker, so a claim that was released can be made again; If-Match fails there,
 * with 404. A delete puts the marker and needs s3:DeleteObject, as without versions; s3:DeleteObjectVersion, which removes for good, is
 * given to nobody.
 */
export class Lake extends Construct {
  readonly bucketName: string;
  /** Where it is kept who asked for which object; undefined where nobody keeps it. */
  readonly accessLogs: IBucket | undefined;
  private readonly bucket: ClosedBucket;

  constructor(scope: Construct, id: string, { environment }: LakeProps) {
    super(scope, id);
    const { accessLogRetention, lakeRemovalPolicy, undeleteWindow } = environment;
    const logs =
      accessLogRetention &&
      new AccessLogs(this, 'AccessLogs', {
        retention: accessLogRetention,
        removalPolicy: lakeRemovalPolicy,
      });
    this.bucket = new ClosedBucket(this, 'Bucket', {
      versioned: undeleteWindow !== undefined,
      ...(logs ? { serverAccessLogsBucket: logs.bucket, serverAccessLogsPrefix: 'lake/' } : {}),
      lifecycleRules: lifecycleRules(environment),
      removalPolicy: lakeRemovalPolicy,
    });
    this.bucketName = this.bucket.bucketName;
    this.accessLogs = logs?.bucket;
  }

  /** Allows the actions on the objects that the key patterns match, such as 'stage/geonames/*'. */
  objects(actions: readonly ObjectAction[], keyPatterns: readonly string[]): PolicyStatement {
    return new PolicyStatement({
      actions: [...actions],
      resources: keyPatterns.map((pattern) => this.bucket.arnForObjects(pattern)),
    });
  }

  /**
   * Allows writing objects that are not there, and replacing none: S3 refuses a write without If-None-Match (Amazon S3 User Guide, "Enforce
   * conditional writes on Amazon S3 buckets"). An upload in parts and a copy carry no such header, and are refused whatever they write.
   */
  additions(keyPatterns: readonly string[]): PolicyStatement {
    return this.conditionalWrites('s3:if-none-match', keyPatterns);
  }

  /** Allows replacing objects in the version that the writer has read, and in no other: S3 refuses a write without If-Match. */
  replacements(keyPatterns: readonly string[]): PolicyStatement {
    return this.conditionalWrites('s3:if-match', keyPatterns);
  }

  private conditionalWrites(header: string, keyPatterns: readonly string[]): PolicyStatement {
    const statement = this.objects(['s3:PutObject'], keyPatterns);
    statement.addConditions({ Null: { [header]: 'false' } });
    return statement;
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
