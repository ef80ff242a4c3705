import { Duration, Size } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { LayerVersion } from 'aws-cdk-lib/aws-lambda';
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

export interface FanOutFunctionProps {
  readonly environment: Environment;
  readonly source: Source;
  /** The file that declares the source. */
  readonly sourceFile: string;
  readonly lake: Lake;
  readonly queues: PageQueues;
  /** DuckDB's native binding, for sources whose datasets are sliced by the records of others. */
  readonly duckdb: LayerVersion;
  /** The network that a private source is reached through. @default none */
  readonly network?: Network | undefined;
}

/** Plans a run of one of the source's datasets and enqueues its page ranges. */
export class FanOutFunction extends ScopedFunction {
  constructor(scope: Construct, id: string, props: FanOutFunctionProps) {
    const { environment, source, lake, queues } = props;
    const parents = parentsOf(source);
    const claims = `runs/open/${source.name}/*`;
    // A parent may be published as merged files, which stand below tables/ too.
    const tables = ['*/current.json', ...parents.map((parent) => `${parent}/run=*`)].map(
      (below) => `tables/${source.name}/${below}`,
    );
    super(scope, id, {
      environment,
      functionName: functionNames(environment.name, source.name).fanOut,
      description: `Plans a run of a dataset of ${source.name} and enqueues its page ranges`,
      handler: 'fan-out',
      sourceFile: props.sourceFile,
      serviceName: source.name,
      network: props.network,
      tracing: environment.tracing,
      // A million page ranges are 100,000 batches to send: as long as Lambda allows, and it waits more than it computes.
      timeout: Duration.minutes(15),
      // DuckDB gets a third of it, as in the worker.
      memorySize: fanOutMegabytesOf(environment, source),
      // A batch of a parent's files at a time.
      ...(parents.length > 0 ? { ephemeralStorageSize: Size.gibibytes(2), layers: [props.duckdb] } : {}),
      // Repeating is safe: the run's name comes from the event, and its plan is written once.
      retryAttempts: 2,
      // Three attempts of 15 minutes have room in it. A start that Lambda has no room for is given up, and told, as soon as one that the schedule cannot hand over.
      maxEventAge: Duration.hours(1),
      variables: {
        [variable.lakeBucket]: lake.bucketName,
        [variable.pageQueueUrl]: queues.pages.queueUrl,
        [variable.sourceSettings]: JSON.stringify(settingsOf(source)),
      },
      statements: [
        lake.objects(['s3:GetObject'], [`runs/${source.name}/*`, claims]),
        lake.additions([`runs/${source.name}/*/*/plan.json`, claims]),
        // A claim is kept for the run whose plan is about to be written.
        lake.replacements([claims]),
        lake.objects(['s3:DeleteObject'], [claims]),
        // The objects of leads and chains say what follows them; pointers say what readers of a table rely on, and which
        // run a parent has published.
        lake.objects(['s3:GetObject'], [`stage/${source.name}/*`, ...tables]),
        lake.listing([`stage/${source.name}/*`, `runs/${source.name}/*`, claims, ...tables]),
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queues.pages.queueArn] }),
        // No salts: fan-out shapes nothing.
        ...secretAccess(scope, environment, { auth: source.auth, tls: source.tls }),
        ...ownRoleAccess(source),
      ],
    });
    explainOwnRole(this, source);
  }
}

/** Megabytes that a source's fan-out gets: one that reads the tables of parents has DuckDB in it. */
export function fanOutMegabytesOf({ capacity }: Pick<Environment, 'capacity'>, source: Source): number {
  return parentsOf(source).length > 0 ? capacity.workerMegabytes : capacity.fanOutMegabytes;
}

/** The datasets whose published tables are read to plan a run of another one. */
function parentsOf({ datasets }: Source): string[] {
  const slices = datasets.flatMap((dataset) => dataset.slices);
  return [...new Set(slices.flatMap((slice) => (slice.type === 'records' ? [slice.dataset] : [])))];
}
