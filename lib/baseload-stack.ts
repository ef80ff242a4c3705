import { CfnOutput, Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { LoadedSource } from '../core/source/load-sources';
import { stackName } from '../lambda/environment';
import { Catalog } from './catalog/catalog';
import type { Environment } from './environments';
import { RunEventBus } from './events/run-event-bus';
import { DuckdbLayer } from './function/duckdb-layer';
import { Schedules } from './function/schedules';
import { Lake } from './lake/lake';
import { Monitoring } from './monitoring/monitoring';
import { networkOf } from './network/network-of';
import { Reconcile } from './reconcile/reconcile';
import { SourcePipeline } from './source/source-pipeline';

export interface BaseloadStackProps {
  readonly environment: Environment;
  /** Each becomes a pipeline of its own. */
  readonly sources: readonly LoadedSource[];
}

/** One environment: a lake, a pipeline for each source that loads into it, and what completes and publishes their runs. */
export class BaseloadStack extends Stack {
  constructor(scope: Construct, id: string, { environment, sources }: BaseloadStackProps) {
    super(scope, id, {
      stackName: stackName(environment.name),
      description: `Baseload, ${environment.name}: loads paginated sources into an S3 data lake`,
      terminationProtection: environment.terminationProtection,
      // A template holds a megabyte: without blanks, there is room for thirty sources and more.
      suppressTemplateIndentation: true,
    });
    Tags.of(this).add('application', 'baseload');
    Tags.of(this).add('environment', environment.name);

    const lake = new Lake(this, 'Lake', { environment });
    const duckdb = new DuckdbLayer(this, 'Duckdb');
    const events = new RunEventBus(this, 'Events', { environment });
    const catalog = new Catalog(this, 'Catalog', { environment, accessLogs: lake.accessLogs });

    const schedules = new Schedules(this, 'Schedules', { environment });

    const network = networkOf(this, environment, sources, lake);

    const pipelines = sources.map(
      ({ source, file }) =>
        new SourcePipeline(this, `Source-${source.name}`, {
          environment,
          source,
          sourceFile: file,
          lake,
          schedules,
          duckdb,
          network,
        }),
    );

    const queues = pipelines.map((pipeline) => pipeline.queues);
    const reconcile = new Reconcile(this, 'Reconcile', {
      environment,
      sources: sources.map(({ source }) => source),
      lake,
      schedules,
      duckdb,
      queues,
      events,
      catalog,
    });
    reconcile.startAfter(...this.node.children.filter((child) => child !== reconcile));
    if (environment.alarmsEnabled) {
      const monitoring = new Monitoring(this, 'Monitoring', { environment, sources: pipelines });
      // Once reconcile runs, there is something to watch.
      monitoring.node.addDependency(reconcile);
      new CfnOutput(this, 'AlarmTopic', { value: monitoring.topicArn, description: 'What tells of alarms' });
      new CfnOutput(this, 'Dashboard', { value: monitoring.dashboardUrl, description: 'What is going on' });
    }
    new CfnOutput(this, 'LakeBucket', {
      value: lake.bucketName,
      description: 'The bucket that holds everything loaded',
    });
    new CfnOutput(this, 'CatalogDatabase', {
      value: catalog.databaseName,
      description: 'The Glue database whose tables are what is published',
    });
    new CfnOutput(this, 'QueryWorkGroup', {
      value: catalog.workGroupName,
      description: "Athena's workgroup for queries over them",
    });
  }
}
