import { type Duration, Size } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, type LayerVersion, RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Source } from '../../core/source/source';
import { functionNames, variable } from '../../lambda/environment';
import type { Environment } from '../environments';
import { ScopedFunction } from '../function/scoped-function';
import type { Lake } from '../lake/lake';
import type { Network } from '../network/network';
import { explainOwnRole, ownRoleAccess } from './own-role-access';
import type { PageQueues } from './page-queues';
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
  /** The network that a private source is reached through. @default none */
  readonly network?: Network | undefined;
}

/** Loads one page range per message; as many run at once as the source has lanes, and never more. */
export class WorkerFunction extends ScopedFunction {
  constructor(scope: Construct, id: string, props: WorkerFunctionProps) {
    const { environment, source, lake, queues } = props;
    const stage = `stage/${source.name}/*`;
    const raw = `raw/${source.name}/*`;
    // The dataset's and the run's folder are patterns of their own, so that neither a dataset nor a run called 'next' or 'dead' opens what
    // else is in it: '*' matches '/' too (IAM, "Resource").
    const document = (name: string) => `runs/${source.name}/*/*/${name}`;
    // What follows a range, where that does not fit into the metadata of its object.
    const next = document('next/*');
    super(scope, id, {
      environment,
      functionName: functionNames(environment.name, source.name).worker,
      description: `Loads a page range of a dataset of ${source.name} into the lake`,
      handler: 'worker',
      sourceFile: props.sourceFile,
      serviceName: source.name,
      network: props.network,
      tracing: environment.tracing,
      timeout: props.timeout,
      // One whole virtual CPU: shaping is CPU-bound and runs on one thread.
      memorySize: environment.capacity.workerMegabytes,
      // A range's pages, its raw, stage and quarantine files, and room for DuckDB to spill.
      ephemeralStorageSize: Size.gibibytes(2),
      layers: [props.duckdb],
      // A range of a chain enqueues the next one, and a range that must wait is sent again: Lambda would take both for a
      // loop, and stop it after about 16 messages (AWS Lambda, "Recursive loop detection"). They end by our own bounds:
      // 100,000 ranges of a chain, and 200 times that a range is parked.
      recursiveLoop: RecursiveLoop.ALLOW,
      variables: {
        [variable.lakeBucket]: lake.bucketName,
        [variable.pageQueueUrl]: queues.pages.queueUrl,
        [variable.deadLetterQueueUrl]: queues.dead.queueUrl,
        [variable.maxReceiveCount]: String(queues.maxReceiveCount),
        [variable.sourceSettings]: JSON.stringify(settingsOf(source)),
      },
      statements: [
        // A replay reads what an earlier run has kept of the source's answers.
        lake.objects(['s3:GetObject'], [stage, raw, next]),
        // Where the stage objects of that run have expired, its manifest tells what their receipts did.
        lake.objects(['s3:GetObject'], [document('manifest.json'), document('manifest/*')]),
        // The stage objects of a published run are its table, and its raw pages what a replay is made of: nothing that is there may be replaced.
        lake.additions([stage, raw, next, `quarantine/${source.name}/*`, document('observations/*')]),
        // Why a range is dead is written anew when it dies again.
        lake.objects(['s3:PutObject'], [document('dead/*')]),
        lake.listing([stage, raw, next]),
        new PolicyStatement({
          // The event source mapping polls with the function's role; SendMessage is for parking a range, and for what follows it.
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
        ...ownRoleAccess(source),
      ],
    });
    explainOwnRole(this, source);
    new EventSourceMapping(this, 'Pages', {
      target: this.function,
      eventSourceArn: queues.pages.queueArn,
      batchSize: 1,
      maxConcurrency: source.limits.lanes,
      reportBatchItemFailures: true,
    });
  }
}
