import { tmpdir } from 'node:os';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GlueClient } from '@aws-sdk/client-glue';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { glueCatalog } from '../aws/catalog';
import { s3Lake } from '../aws/lake';
import { queueUrl, sqsPageQueue } from '../aws/page-queue';
import { eventBridgeRunEvents } from '../aws/run-events';
import { powertoolsTelemetry } from '../aws/telemetry';
import { systemClock } from '../core/clock';
import { duckdbEngine } from '../core/run/curate/duckdb-engine';
import { sharedRecords } from '../core/run/drift/shared-records';
import { stateFreshness } from '../core/run/freshness/state-freshness';
import type { PageQueue } from '../core/run/ports';
import { type ReconcileServices, type RunReport, reconcile } from '../core/run/reconcile';
import { repeatedKeys } from '../core/run/verify/repeated-keys';
import { queueNames, tableName } from './environment';
import { invocation } from './invocation';
import { expectedDatasets, readEnvironment } from './read-environment';

// Cold start
const environment = readEnvironment('environment', 'lakeBucket', 'eventBus', 'catalogDatabase');
const bucket = environment.lakeBucket;
const lake = s3Lake(new S3Client(), bucket);
const sqs = new SQSClient();
const events = eventBridgeRunEvents(new EventBridgeClient(), environment.eventBus);
const database = environment.catalogDatabase;
const catalog = glueCatalog(new GlueClient(), { database, bucket, lake, tableName });
const telemetry = powertoolsTelemetry();
const expected = expectedDatasets();
const pageQueues = new Map<string, PageQueue>();
const memoryMegabytes = Number(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE) / 2;

const curation = duckdbEngine({ workFolder: tmpdir(), memoryMegabytes });
const findRepeatedKeys: ReconcileServices['findRepeatedKeys'] = (plan, objects) =>
  repeatedKeys(plan, objects, { lake, workFolder: tmpdir(), memoryMegabytes });

const findSharedRecords: ReconcileServices['findSharedRecords'] = (plan, objects, share) =>
  sharedRecords(plan, objects, share, { lake, workFolder: tmpdir(), memoryMegabytes });

const writeReport: ReconcileServices['writeReport'] = (outcome) => {
  // Loaded here only: most invocations have no report to draw.
  const report: typeof import('../core/report/write-report') = require('../core/report/write-report');
  return report.writeReport(outcome, lake, new Date(systemClock.now()));
};
/** A laptop leaves a file out that does not compile, so there a dataset that no file declares may well be declared again. */
const isDeclared: ReconcileServices['isDeclared'] = ({ source, dataset }) =>
  environment.environment === 'local' ||
  expected.some((declared) => declared.source === source && declared.dataset === dataset);

const services = {
  environment: environment.environment,
  bucket,
  lake,
  pageQueue,
  isDeclared,
  events,
  catalog,
  telemetry,
  gauges: telemetry,
  clock: systemClock,
  findRepeatedKeys,
  findSharedRecords,
  curation,
  writeReport,
  flush: () => telemetry.flush(),
  known: new WeakMap(),
};

/** Says how fresh every dataset is, and does the next step of every open run. Called every minute; calling it more often does no harm. */
export async function handler(_event: unknown, context: Context): Promise<RunReport[]> {
  telemetry.begin({ requestId: context.awsRequestId });
  return invocation(telemetry, 'The open runs were not all reconciled', async () => {
    await stateFreshness(expected, services);
    telemetry.flush(); // a run may take the rest of the time
    return reconcile({ ...services, timeLeft: () => context.getRemainingTimeInMillis() });
  });
}

async function pageQueue(source: string): Promise<PageQueue> {
  const names = queueNames(environment.environment, source);
  const known = pageQueues.get(source);
  if (known) return known;
  const [pages, dead] = await Promise.all([queueUrl(sqs, names.pages), queueUrl(sqs, names.dead)]);
  const found = sqsPageQueue(sqs, { pages, dead });
  pageQueues.set(source, found);
  return found;
}
