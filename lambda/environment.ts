/** Names that the stack and the functions share. Free of CDK and SDK, so that both sides can import it. */

/** Environment variables of the functions. */
export const variable = {
  /** 'local', 'dev', 'staging' or 'prod'. */
  environment: 'BASELOAD_ENVIRONMENT',
  lakeBucket: 'LAKE_BUCKET',
  pageQueueUrl: 'PAGE_QUEUE_URL',
  deadLetterQueueUrl: 'DEAD_LETTER_QUEUE_URL',
  /** How often SQS delivers a message before it goes to the DLQ by itself. */
  maxReceiveCount: 'MAX_RECEIVE_COUNT',
  /** The source's baseUrl and limits in this environment, as JSON: see SourceSettings. */
  sourceSettings: 'SOURCE_SETTINGS',
  /** The bus that events of runs are put on. */
  eventBus: 'EVENT_BUS_NAME',
  /** The Glue database whose tables follow the pointers. */
  catalogDatabase: 'CATALOG_DATABASE',
} as const;

/** The deployments that exist; 'local' is the same template, run on a laptop. */
export const environmentNames = ['local', 'dev', 'staging', 'prod'] as const;

/** One of them. */
export type EnvironmentName = (typeof environmentNames)[number];

/** Name of an environment's stack in CloudFormation. */
export function stackName(environment: EnvironmentName): string {
  return `baseload-${environment}`;
}

/** What an environment may set differently for a source than its file does. */
export interface SourceSettings {
  readonly baseUrl: string;
  readonly limits: {
    readonly requestsPerSecond: number;
    readonly burst: number;
    readonly lanes: number;
    readonly inFlight: number;
  };
}

/** Names of a source's queues in an environment. */
export function queueNames(
  environment: string,
  source: string,
): { pages: string; dead: string; missed: string } {
  const name = (purpose: string) => `baseload-${environment}-${source}-${purpose}`;
  return { pages: name('pages'), dead: name('dead'), missed: name('missed') };
}

/** Name under which a source's secret is kept in an environment: 'baseload/dev/geonames/token'. */
export function secretName(environment: string, name: string): string {
  return `baseload/${environment}/${name}`;
}

/** Where every metric of an environment goes; the dimensions are source and dataset. */
export function metricNamespace(environment: string): string {
  return `Baseload/${environment}`;
}

/** Name of the bus that an environment's events are put on. */
export function eventBusName(environment: string): string {
  return `baseload-${environment}`;
}

/** Name of an environment's Glue database; Athena allows no dashes. */
export function databaseName(environment: string): string {
  return `baseload_${environment}`;
}

/** Name of a dataset's table in the Glue database: 'geonames_cities'. */
export function tableName(source: string, dataset: string): string {
  return `${source}_${dataset}`.replaceAll('-', '_');
}

/** Physical names of a source's functions in an environment. */
export function functionNames(environment: string, source: string): { fanOut: string; worker: string } {
  return {
    fanOut: `baseload-${environment}-${source}-fan-out`,
    worker: `baseload-${environment}-${source}-worker`,
  };
}

/** Physical name of the one reconcile function of an environment. */
export function reconcileName(environment: string): string {
  return `baseload-${environment}-reconcile`;
}
