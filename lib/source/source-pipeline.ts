import { Duration } from 'aws-cdk-lib';
import type { LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { IScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { Dataset, Source } from '../../core/source/source';
import type { Environment } from '../environments';
import { ScheduleRole } from '../function/schedule-role';
import type { Lake } from '../lake/lake';
import type { Network } from '../network/network';
import { DatasetSchedule } from './dataset-schedule';
import { FanOutFunction } from './fan-out-function';
import { MissedSchedules } from './missed-schedules';
import { PageQueues } from './page-queues';
import { WorkerFunction } from './worker-function';

export interface SourcePipelineProps {
  readonly environment: Environment;
  readonly source: Source;
  /** The file that declares the source, bundled with its functions. */
  readonly sourceFile: string;
  readonly lake: Lake;
  /** The group that the source's schedules are in. */
  readonly schedules: IScheduleGroup;
  /** DuckDB's native binding. */
  readonly duckdb: LayerVersion;
  /** The network of the environment; used where the source is private. @default none */
  readonly network?: Network | undefined;
}

/** Everything that loads one source: schedules, fan-out, page queue, worker. Limits and secrets end here. */
export class SourcePipeline extends Construct {
  readonly source: Source;
  readonly queues: PageQueues;
  /** How long a worker may take for a page range. */
  readonly workerTimeout = Duration.minutes(5);

  constructor(scope: Construct, id: string, props: SourcePipelineProps) {
    super(scope, id);
    const { environment, source, sourceFile, lake, schedules, duckdb } = props;
    const { workerTimeout } = this;
    this.source = source;
    const network = source.network === 'private' ? props.network : undefined;

    this.queues = new PageQueues(this, 'Queues', { environment, sourceName: source.name, workerTimeout });
    new WorkerFunction(this, 'Worker', {
      environment,
      source,
      sourceFile,
      lake,
      queues: this.queues,
      timeout: workerTimeout,
      duckdb,
      network,
    });
    const fanOut = new FanOutFunction(this, 'FanOut', {
      environment,
      source,
      sourceFile,
      lake,
      queues: this.queues,
      duckdb,
      network,
    });

    const scheduled = source.datasets.flatMap(schedulesOf);
    if (scheduled.length === 0) return;
    const missedSchedules = new MissedSchedules(this, 'MissedSchedules', {
      environment,
      sourceName: source.name,
    });
    const role = new ScheduleRole(this, 'ScheduleRole', {
      target: fanOut.function,
      missedSchedules,
      schedules,
    });
    for (const { id, dataset, schedule, mode } of scheduled) {
      new DatasetSchedule(this, id, {
        environment,
        source,
        dataset,
        schedule,
        mode,
        fanOut: fanOut.function,
        role,
        schedules,
        missedSchedules,
      });
    }
  }
}

/** When a dataset is loaded by itself: all of it, and what changed. */
function schedulesOf({ name: dataset, schedule, incremental }: Dataset) {
  const changes = incremental?.schedule;
  return [
    ...(schedule ? [{ id: `Schedule-${dataset}`, dataset, schedule, mode: 'full' as const }] : []),
    ...(changes
      ? [{ id: `Increments-${dataset}`, dataset, schedule: changes, mode: 'incremental' as const }]
      : []),
  ];
}
