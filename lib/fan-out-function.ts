import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Source } from '../core/source/source';
import { functionNames, variable } from '../lambda/environment';
import type { Environment } from './environments';
import type { Lake } from './lake';
import type { PageQueues } from './page-queues';
import { ScopedFunction } from './scoped-function';
import { secretAccess } from './secret-access';
import { settingsOf } from './source-settings';

export interface FanOutFunctionProps {
  readonly environment: Environment;
  readonly source: Source;
  /** The file that declares the source. */
  readonly sourceFile: string;
  readonly lake: Lake;
  readonly queues: PageQueues;
}

/** Plans a run of one of the source's datasets and enqueues its page ranges. */
export class FanOutFunction extends ScopedFunction {
  constructor(scope: Construct, id: string, props: FanOutFunctionProps) {
    const { environment, source, lake, queues } = props;
    super(scope, id, {
      environment,
      functionName: functionNames(environment.name, source.name).fanOut,
      description: `Plans a run of a dataset of ${source.name} and enqueues its page ranges`,
      handler: 'fan-out',
      sourceFile: props.sourceFile,
      serviceName: source.name,
      // A million page ranges are 100,000 batches to send: as long as Lambda allows, and it waits more than it computes.
      timeout: Duration.minutes(15),
      memorySize: 512,
      // Repeating is safe: the run's name comes from the event, and its plan is written once.
      retryAttempts: 2,
      variables: {
        [variable.lakeBucket]: lake.bucketName,
        [variable.pageQueueUrl]: queues.pages.queueUrl,
        [variable.sourceSettings]: JSON.stringify(settingsOf(source)),
      },
      statements: [
        lake.objects(
          ['s3:GetObject', 's3:PutObject'],
          [`runs/${source.name}/*`, `runs/open/${source.name}/*`],
        ),
        lake.objects(['s3:DeleteObject'], [`runs/open/${source.name}/*`]),
        lake.listing([`stage/${source.name}/*`, `runs/${source.name}/*`, `runs/open/${source.name}/*`]),
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queues.pages.queueArn] }),
        ...secretAccess(scope, environment, source),
      ],
    });
  }
}
