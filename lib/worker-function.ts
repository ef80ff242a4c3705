import { type Duration, Size } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, type LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Source } from '../core/source/source';
import { functionNames, variable } from '../lambda/environment';
import type { Environment } from './environments';
import type { Lake } from './lake';
import type { PageQueues } from './page-queues';
import { ScopedFunction } from './scoped-function';
import { secretAccess } from './secret-access';
import { settingsOf } from './source-settings';

export interface WorkerFunctionProps {
  readonly environment: Environment;
  readonly source: Source;
  /** The file that declares the source. */
  readonly sourceFile: string;
  readonly lake: Lake;
  readonly queues: PageQueues;
  readonly timeout: Duration;
  /** DuckDB's native binding. */
  readonly duckdb: LayerVersion;
}

/** Loads one page range per message; as many run at once as the source has lanes, and never more. */
export class WorkerFunction extends ScopedFunction {
  constructor(scope: Construct, id: string, props: WorkerFunctionProps) {
    const { environment, source, lake, queues } = props;
    super(scope, id, {
      environment,
      functionName: functionNames(environment.name, source.name).worker,
      description: `Loads a page range of a dataset of ${source.name} into the lake`,
      handler: 'worker',
      sourceFile: props.sourceFile,
      serviceName: source.name,
      timeout: props.timeout,
      // One whole virtual CPU: shaping is CPU-bound and runs on one thread.
      memorySize: 1769,
      // A range's pages, its raw, stage and quarantine files, and room for DuckDB to spill.
      ephemeralStorageSize: Size.gibibytes(2),
      layers: [props.duckdb],
      variables: {
        [variable.lakeBucket]: lake.bucketName,
        [variable.pageQueueUrl]: queues.pages.queueUrl,
        [variable.deadLetterQueueUrl]: queues.dead.queueUrl,
        [variable.maxReceiveCount]: String(queues.maxReceiveCount),
        [variable.sourceSettings]: JSON.stringify(settingsOf(source)),
      },
      statements: [
        lake.objects(['s3:GetObject', 's3:PutObject'], [`stage/${source.name}/*`]),
        lake.objects(['s3:PutObject'], [`raw/${source.name}/*`, `quarantine/${source.name}/*`]),
        lake.listing([`stage/${source.name}/*`]),
        new PolicyStatement({
          // The event source mapping polls with the function's role; SendMessage is for parking a range.
          actions: [
            'sqs:ReceiveMessage',
            'sqs:DeleteMessage',
            'sqs:ChangeMessageVisibility',
            'sqs:GetQueueAttributes',
            'sqs:SendMessage',
          ],
          resources: [queues.pages.queueArn],
        }),
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queues.dead.queueArn] }),
        ...secretAccess(scope, environment, source),
      ],
    });
    new EventSourceMapping(this, 'Pages', {
      target: this.function,
      eventSourceArn: queues.pages.queueArn,
      batchSize: 1,
      maxConcurrency: source.limits.lanes,
      reportBatchItemFailures: true,
    });
  }
}
