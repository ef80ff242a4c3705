import { Duration, Size } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Source } from '../../core/source/source';
import { functionNames, variable } from '../../lambda/environment';
import type { Environment } from '../environments';
import { ScopedFunction } from '../function/scoped-function';
import type { Lake } from '../lake/lake';
import type { PageQueues } from './page-queues';
import { secretAccess } from './secret-access';
import { settingsOf } from './source-settings';

export interface FanOutFunctionProps {
  readonly environment: Environment;
  readonly source: Source;
  /** The file that declares the source. */
  readonly sourceFile: string;
  readonly lake: Lake;
  readonly queues: PageQueues;
  /** DuckDB's native binding, for sources whose datasets are sliced by the records of others. */
  readonly duckdb: LayerVersion;
}

/** Plans a run of one of the source's datasets and enqueues its page ranges. */
export class FanOutFunction extends ScopedFunction {
  constructor(scope: Construct, id: string, props: FanOutFunctionProps) {
    const { environment, source, lake, queues } = props;
    const parents = readsParents(source);
    // A parent may be published as merged files, which stand below tables/ too.
    const tables = `tables/${source.name}/${parents ? '*' : '*/current.json'}`;
    super(scope, id, {
      environment,
      functionName: functionNames(environment.name, source.name).fanOut,
      description: `Plans a run of a dataset of ${source.name} and enqueues its page ranges`,
      handler: 'fan-out',
      sourceFile: props.sourceFile,
      serviceName: source.name,
      // A million page ranges are 100,000 batches to send: as long as Lambda allows, and it waits more than it computes.
      timeout: Duration.minutes(15),
      // DuckDB gets a third of it, as in the worker.
      memorySize: parents ? 1769 : 512,
      // A batch of a parent's files at a time.
      ...(parents ? { ephemeralStorageSize: Size.gibibytes(2), layers: [props.duckdb] } : {}),
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
        // The objects of leads and chains say what follows them; pointers say what readers of a table rely on, and which
        // run a parent has published.
        lake.objects(['s3:GetObject'], [`stage/${source.name}/*`, tables]),
        lake.listing([
          `stage/${source.name}/*`,
          `runs/${source.name}/*`,
          `runs/open/${source.name}/*`,
          tables,
        ]),
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queues.pages.queueArn] }),
        // No salts: fan-out shapes nothing.
        ...secretAccess(scope, environment, { auth: source.auth, tls: source.tls }),
      ],
    });
  }
}

/** Whether planning a run may read the published table of another dataset. */
function readsParents({ datasets }: Source): boolean {
  return datasets.some(({ slices }) => slices.some(({ type }) => type === 'records'));
}
