import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Environment } from '../environments';
import { ClosedBucket } from '../lake/closed-bucket';

export interface QueryWorkGroupProps {
  readonly environment: Environment;
  /** Keeps who asked for which result. @default nobody does */
  readonly accessLogs?: IBucket | undefined;
}

/** A result can be had from Athena again for so long, without a second scan. */
const resultsKept = Duration.days(14);

/**
 * Where Athena's queries run: with a limit to what each may read, metrics in CloudWatch, and results in an encrypted bucket of their own; who asks
 * cannot choose otherwise. Results may hold whatever the tables do, and expire. A workgroup that goes with its stack takes the queries that were
 * saved in it along where the environment is one to throw away; elsewhere it refuses to go.
 */
export class QueryWorkGroup extends Construct {
  readonly workGroupName: string;

  constructor(scope: Construct, id: string, { environment, accessLogs }: QueryWorkGroupProps) {
    super(scope, id);
    const { account } = Stack.of(this);
    // Emptied by its lifecycle only: autoDeleteObjects would bring a function that may delete from any bucket it is pointed at.
    const results = new ClosedBucket(this, 'Results', {
      lifecycleRules: [
        {
          id: 'Results',
          expiration: resultsKept,
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy: environment.lakeRemovalPolicy,
      ...(accessLogs ? { serverAccessLogsBucket: accessLogs, serverAccessLogsPrefix: 'queries/' } : {}),
    });
    const workGroup = new CfnWorkGroup(this, 'WorkGroup', {
      name: `baseload-${environment.name}`,
      description: `Queries over what baseload-${environment.name} has published`,
      recursiveDeleteOption: environment.lakeRemovalPolicy === RemovalPolicy.DESTROY,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: environment.queryScanLimit.toBytes(),
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: results.s3UrlForObject('results/'),
          encryptionConfiguration: { encryptionOption: 'SSE_S3' },
          expectedBucketOwner: account,
        },
      },
    });
    this.workGroupName = workGroup.name;
  }
}
