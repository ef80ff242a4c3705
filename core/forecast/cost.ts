import { hoursPerMonth, prices } from './prices';
import { type FunctionName, type FunctionSizes, functionSizes, type Usage } from './usage';

/** Dollars by service, at list prices in us-east-1, without the free tier: see prices.ts. */
export interface Cost {
  readonly lambda: number;
  /** Requests only. */
  readonly s3: number;
  readonly sqs: number;
  /** Logs, metrics and X-Ray's traces. */
  readonly cloudWatch: number;
  readonly secretsManager: number;
  /** Of all these: what is paid once. */
  readonly total: number;
  /** What is paid each month for what stays in the lake. */
  readonly storageMonth: number;
}

/** What a usage costs, by functions of these sizes. */
export function costOf(usage: Usage, sizes: FunctionSizes = functionSizes): Cost {
  const parts = {
    lambda: lambdaCost(usage, sizes),
    s3:
      (usage.s3.put + usage.s3.list) * prices.s3Put.dollars +
      (usage.s3.get + usage.s3.head) * prices.s3Get.dollars,
    sqs: Object.values(usage.sqs).reduce((sum, requests) => sum + requests, 0) * prices.sqsRequest.dollars,
    cloudWatch:
      (usage.logBytes / 1e9) * prices.logGigabyte.dollars +
      (usage.metricHours / hoursPerMonth) * prices.metricMonth.dollars +
      usage.traces * prices.trace.dollars,
    secretsManager: usage.secretReads * prices.secretRead.dollars,
  };
  return {
    ...parts,
    total: Object.values(parts).reduce((sum, dollars) => sum + dollars, 0),
    storageMonth: (usage.stored.bytes / 1e9) * prices.s3GigabyteMonth.dollars,
  };
}

function lambdaCost({ lambda }: Usage, sizes: FunctionSizes): number {
  return (Object.keys(functionSizes) as FunctionName[]) // the names that it was declared with
    .map((name) => {
      const { memoryMegabytes, storageGigabytes } = sizes[name];
      const { invocations, seconds } = lambda[name];
      return (
        invocations * prices.lambdaRequest.dollars +
        seconds * (memoryMegabytes / 1024) * prices.lambdaGigabyteSecond.dollars +
        seconds * Math.max(0, storageGigabytes - 0.5) * prices.lambdaStorageGigabyteSecond.dollars
      );
    })
    .reduce((sum, dollars) => sum + dollars, 0);
}
