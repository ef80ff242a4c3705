import { Duration, Size } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { type IScheduleGroup, Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct, type IDependable } from 'constructs';
import type { Source } from '../../core/source/source';
import { reconcileName, variable } from '../../lambda/environment';
import type { Catalog } from '../catalog/catalog';
import type { Environment } from '../environments';
import type { RunEventBus } from '../events/run-event-bus';
import { ScheduleRole } from '../function/schedule-role';
import { ScopedFunction } from '../function/scoped-function';
import type { Lake } from '../lake/lake';
import type { PageQueues } from '../source/page-queues';
import { expectedDatasets } from './expected-datasets';

export interface ReconcileProps {
  readonly environment: Environment;
  /** Whose datasets' freshness is stated. */
  readonly sources: readonly Source[];
  readonly lake: Lake;
  /** The group that its schedule is in. */
  readonly schedules: IScheduleGroup;
  /** DuckDB's native binding, for reading the keys of a run. */
  readonly duckdb: LayerVersion;
  /** Of every source. */
  readonly queues: readonly PageQueues[];
  readonly events: RunEventBus;
  readonly catalog: Catalog;
}

/** Looks at every open run once a minute and does its next step, up to publishing it. */
export class Reconcile extends Construct {
  private readonly everyMinute: Schedule;

  constructor(scope: Construct, id: string, props: ReconcileProps) {
    super(scope, id);
    const { environment, sources, lake, schedules, duckdb, queues, events, catalog } = props;
    const reconcile = new ScopedFunction(this, 'Reconcile', {
      environment,
      functionName: reconcileName(environment.name),
      description: 'Does the next step of every open run: enqueue what is missing, verify, merge, publish',
      handler: 'reconcile',
      // Not traced: it runs every minute whether or not there is anything to do, and its log says what it did.
      define: { BASELOAD_EXPECTED: expectedDatasets(environment, sources) },
      serviceName: 'reconcile',
      // Listing and verifying a run of a million ranges takes minutes; a whole virtual CPU reads the keys.
      timeout: Duration.minutes(15),
      memorySize: environment.capacity.reconcileMegabytes,
      // Some 50 bytes for each record of a run whose keys are read, and three times the objects of one that is merged: all that Lambda
      // has ("Configure ephemeral storage"), which costs a cent a month at an invocation a minute.
      ephemeralStorageSize: Size.gibibytes(environment.capacity.reconcileStorageGibibytes),
      layers: [duckdb],
      retryAttempts: 0,
      variables: {
        [variable.lakeBucket]: lake.bucketName,
        [variable.eventBus]: events.busName,
        [variable.catalogDatabase]: catalog.databaseName,
      },
      statements: [
        // Of quarantine, a few records for the report.
        lake.objects(['s3:GetObject'], ['runs/*', 'tables/*', 'stage/*', 'quarantine/*']),
        lake.additions(['runs/*', 'tables/*']),
        // Pointers, watermarks and since when a dataset is expected; and what one that died had verified before all was there.
        lake.replacements(['tables/*.json', 'runs/*/verification.json']),
        // The report of a run, when it last came further, and what is owed of it to others.
        lake.objects(['s3:PutObject'], ['runs/*/report.html', 'runs/*/progress.json', 'runs/*/*/*/owed/*']),
        lake.objects(['s3:DeleteObject'], ['runs/open/*']),
        // What ended unpublished is left to expire.
        lake.objects(['s3:PutObjectTagging'], ['stage/*']),
        lake.listing(['runs/*', 'stage/*', 'tables/*', 'quarantine/*']),
        ...queueAccess(queues),
        events.mayPut(),
        catalog.mayFollow(),
      ],
    });
    const role = new ScheduleRole(this, 'ScheduleRole', { target: reconcile.function, schedules });
    this.everyMinute = new Schedule(this, 'EveryMinute', {
      description: 'Reconciles the open runs',
      scheduleGroup: schedules,
      schedule: ScheduleExpression.rate(Duration.minutes(1)),
      // Not worth repeating: the next minute does what this one could not.
      target: new LambdaInvoke(reconcile.function, {
        role: role.role,
        retryAttempts: 0,
        maxEventAge: Duration.minutes(1),
      }),
    });
    this.startAfter(reconcile);
  }

  /**
   * Lets the first minute wait until something else is made. It writes to the lake at once, and a deployment that fails after it could not
   * take the lake away again.
   */
  startAfter(...made: readonly IDependable[]): void {
    this.everyMinute.node.addDependency(...made);
  }
}

/** Each queue is named once: a role's statements have 10,240 characters in all (IAM, "IAM and AWS STS quotas"), which is some 36 sources. */
function queueAccess(queues: readonly PageQueues[]): PolicyStatement[] {
  if (queues.length === 0) return [];
  const looking = ['sqs:GetQueueUrl', 'sqs:GetQueueAttributes'];
  return [
    new PolicyStatement({
      actions: [...looking, 'sqs:SendMessage'],
      resources: queues.map(({ pages }) => pages.queueArn),
    }),
    new PolicyStatement({ actions: looking, resources: queues.map(({ dead }) => dead.queueArn) }),
  ];
}
