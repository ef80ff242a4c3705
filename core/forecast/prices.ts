/** What one unit of something costs, and where that is said. */
export interface Price {
  readonly dollars: number;
  /** What it is paid for. */
  readonly unit: string;
  /** The service's own page. */
  readonly page: string;
  /** Set where nothing but memory says so. */
  readonly unverified?: true;
}

/** When the prices were last held against what is published. */
export const pricesAsOf = '2026-11-23';

/** Prices differ by region; these are North Virginia's. */
export const priceRegion = 'us-east-1';

const lambda = 'https://aws.amazon.com/lambda/pricing/';
const s3 = 'https://aws.amazon.com/s3/pricing/';
const sqs = 'https://aws.amazon.com/sqs/pricing/';
const cloudWatch = 'https://aws.amazon.com/cloudwatch/pricing/';
const secrets = 'https://aws.amazon.com/secrets-manager/pricing/';
const eventBridge = 'https://aws.amazon.com/eventbridge/pricing/';
const xRay = 'https://aws.amazon.com/xray/pricing/';
const vpc = 'https://aws.amazon.com/vpc/pricing/';
const privateLink = 'https://aws.amazon.com/privatelink/pricing/';
const athena = 'https://aws.amazon.com/athena/pricing/';

/**
 * AWS's list prices in dollars, first tier, free tier not taken off. The pages show their numbers by script only, so each was held against what
 * others quote from them in 2026, or, of X-Ray, against the page itself; those that are `unverified` were written down from memory.
 */
export const prices = {
  lambdaRequest: { dollars: 0.2 / 1e6, unit: 'invocation', page: lambda },
  /** arm64, up to 7.5 billion GB-seconds a month. */
  lambdaGigabyteSecond: { dollars: 0.0000133334, unit: 'GB-second', page: lambda },
  /** Of /tmp beyond 512 MB. */
  lambdaStorageGigabyteSecond: {
    dollars: 0.0000000309,
    unit: 'GB-second',
    page: lambda,
    unverified: true,
  },
  /** 64 KB of payload are one request, and so is each begun 64 KB more. */
  sqsRequest: { dollars: 0.4 / 1e6, unit: 'request', page: sqs },
  /** PUT, COPY, POST and LIST. */
  s3Put: { dollars: 0.005 / 1000, unit: 'request', page: s3 },
  /** GET, HEAD and all others; DELETE is free. */
  s3Get: { dollars: 0.0004 / 1000, unit: 'request', page: s3 },
  /** Standard, and the frequent tier of Intelligent-Tiering, up to 50 TB. */
  s3GigabyteMonth: { dollars: 0.023, unit: 'GB-month', page: s3 },
  /** In Intelligent-Tiering, of what nobody has read for 30 days. */
  s3InfrequentGigabyteMonth: { dollars: 0.0125, unit: 'GB-month', page: s3, unverified: true },
  /** In Intelligent-Tiering, of what nobody has read for 90 days. */
  s3ArchiveGigabyteMonth: { dollars: 0.004, unit: 'GB-month', page: s3, unverified: true },
  /** Of objects of 128 KB and more in Intelligent-Tiering. */
  s3MonitoredObject: { dollars: 0.0025 / 1000, unit: 'object-month', page: s3 },
  /** Of an object that a lifecycle rule moves into Intelligent-Tiering. */
  s3Transition: { dollars: 0.01 / 1000, unit: 'object', page: s3, unverified: true },
  /** Of logs; what a function writes costs the same up to 10 TB a month. */
  logGigabyte: { dollars: 0.5, unit: 'GB', page: cloudWatch },
  /** Of a custom metric, by the hour in which it was written. */
  metricMonth: { dollars: 0.3, unit: 'metric-month', page: cloudWatch },
  /** Of each metric that an alarm looks at, at a period of a minute and more: an expression of two metrics counts twice. */
  alarmMetricMonth: { dollars: 0.1, unit: 'alarm-metric-month', page: cloudWatch },
  compositeAlarmMonth: { dollars: 0.5, unit: 'alarm-month', page: cloudWatch },
  dashboardMonth: { dollars: 3, unit: 'dashboard-month', page: cloudWatch },
  /** Of logs that are kept, as CloudWatch compresses them. */
  logGigabyteMonth: { dollars: 0.03, unit: 'GB-month', page: cloudWatch, unverified: true },
  trace: { dollars: 5 / 1e6, unit: 'trace', page: xRay },
  secretRead: { dollars: 0.05 / 10_000, unit: 'call', page: secrets },
  secretMonth: { dollars: 0.4, unit: 'secret-month', page: secrets },
  /** Of EventBridge Scheduler. */
  scheduledCall: { dollars: 1 / 1e6, unit: 'call', page: eventBridge, unverified: true },
  natGatewayHour: { dollars: 0.045, unit: 'hour', page: vpc },
  natGigabyte: { dollars: 0.045, unit: 'GB', page: vpc },
  publicAddressHour: { dollars: 0.005, unit: 'hour', page: vpc },
  /** Of an interface endpoint, in each zone. */
  endpointHour: { dollars: 0.01, unit: 'hour', page: privateLink },
  /** Read by a query; 10 MB at the least. */
  queriedTerabyte: { dollars: 5, unit: 'TB', page: athena, unverified: true },
} as const satisfies Readonly<Record<string, Price>>;

/** Payload that SQS counts as one request, bytes. */
export const sqsChunkBytes = 64 * 1024;

/** By which CloudWatch divides a metric's month. */
export const hoursPerMonth = 730;
