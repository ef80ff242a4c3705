/** What one unit of something costs, and where that is said. */
export interface Price {
  readonly dollars: number;
  /** What it is paid for. */
  readonly unit: string;
  /** The service's own page. */
  readonly page: string;
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

/**
 * AWS's list prices in dollars, first tier, free tier not taken off. The pages show their numbers by script only, so each was held against what
 * others quote from them in 2026 (SQS, S3, CloudWatch, Secrets Manager, and Lambda's GB-seconds and requests); unverified since it was
 * written down from memory: ephemeral storage.
 */
export const prices = {
  lambdaRequest: { dollars: 0.2 / 1e6, unit: 'invocation', page: lambda },
  /** arm64, up to 7.5 billion GB-seconds a month. */
  lambdaGigabyteSecond: { dollars: 0.0000133334, unit: 'GB-second', page: lambda },
  /** Of /tmp beyond 512 MB. Unverified. */
  lambdaStorageGigabyteSecond: { dollars: 0.0000000309, unit: 'GB-second', page: lambda },
  /** 64 KB of payload are one request, and so is each begun 64 KB more. */
  sqsRequest: { dollars: 0.4 / 1e6, unit: 'request', page: sqs },
  /** PUT, COPY, POST and LIST. */
  s3Put: { dollars: 0.005 / 1000, unit: 'request', page: s3 },
  /** GET, HEAD and all others; DELETE is free. */
  s3Get: { dollars: 0.0004 / 1000, unit: 'request', page: s3 },
  /** Standard, and the frequent tier of Intelligent-Tiering, up to 50 TB. */
  s3GigabyteMonth: { dollars: 0.023, unit: 'GB-month', page: s3 },
  /** Of objects of 128 KB and more in Intelligent-Tiering. */
  s3MonitoredObject: { dollars: 0.0025 / 1000, unit: 'object-month', page: s3 },
  /** Of logs; what a function writes costs the same up to 10 TB a month. */
  logGigabyte: { dollars: 0.5, unit: 'GB', page: cloudWatch },
  /** Of a custom metric, by the hour in which it was written. */
  metricMonth: { dollars: 0.3, unit: 'metric-month', page: cloudWatch },
  secretRead: { dollars: 0.05 / 10_000, unit: 'call', page: secrets },
} as const satisfies Readonly<Record<string, Price>>;

/** Payload that SQS counts as one request, bytes. */
export const sqsChunkBytes = 64 * 1024;

/** By which CloudWatch divides a metric's month. */
export const hoursPerMonth = 730;
