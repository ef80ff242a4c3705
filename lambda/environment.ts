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
  readonly limits: { readonly requestsPerSecond: number; readonly burst: number; readonly lanes: number };
}

/** Names of a source's queues in an environment. */
export function queueNames(environment: string, source: string): { pages: string; dead: string } {
  return { pages: `baseload-${environment}-${source}-pages`, dead: `baseload-${environment}-${source}-dead` };
}

/** Name under which a source's secret is kept in an environment: 'baseload/dev/geonames/token'. */
export function secretName(environment: string, name: string): string {
  return `baseload/${environment}/${name}`;
}

/** Where every metric goes; dimensions are service (source) and dataset. */
export const metricNamespace = 'Baseload';

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
