import type { Manifest, ManifestObject } from '../run/verify/manifest';
import { hoursPerMonth, prices } from './prices';
import { runUsage } from './run-usage';
import { type FunctionName, functionSizes, type Usage } from './usage';

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

/** What a usage costs. */
export function costOf(usage: Usage): Cost {
  const parts = {
    lambda: lambdaCost(usage),
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

function lambdaCost({ lambda }: Usage): number {
  return (Object.keys(functionSizes) as FunctionName[]) // the names that it was declared with
    .map((name) => {
      const { memoryMegabytes, storageGigabytes } = functionSizes[name];
      const { invocations, seconds } = lambda[name];
      return (
        invocations * prices.lambdaRequest.dollars +
        seconds * (memoryMegabytes / 1024) * prices.lambdaGigabyteSecond.dollars +
        seconds * Math.max(0, storageGigabytes - 0.5) * prices.lambdaStorageGigabyteSecond.dollars
      );
    })
    .reduce((sum, dollars) => sum + dollars, 0);
}

/** Of the bodies under raw/, where nobody has measured them: gzip leaves about a sixth of JSON. */
const rawShare = 1 / 6;

/** What the objects of a finished run tell of its usage, added one at a time so that a million of them take no memory. */
export class UsageSum {
  #fetchMilliseconds = 0;
  #raw = 0;
  #documents = 0;
  #successors = 0;
  /** Slices begin in leads and chains only. */
  #begun = 0;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  add({ receipt }: Pick<ManifestObject, 'receipt'>): void {
    const { raw, quarantine, observations, next, firstPage, begins } = receipt;
    const began = Date.parse(receipt.fetchedAt);
    this.#first = Math.min(this.#first, began);
    this.#last = Math.max(this.#last, began + receipt.fetchMilliseconds);
    this.#fetchMilliseconds += receipt.fetchMilliseconds;
    if (begins) this.#begun += 1;
    if (raw !== undefined) this.#raw += 1;
    const follows = next !== undefined && 'key' in next;
    this.#documents += [quarantine !== undefined, observations !== undefined, follows].filter(Boolean).length;
    // Of a grid, every range is enqueued from the plan; of a chain, the first one only.
    if (next !== undefined && firstPage !== undefined) this.#successors += begins || firstPage > 0 ? 1 : 0;
  }

  /**
   * What the run used, as far as it can be derived: `rawBytes` under raw/, where somebody has listed them, and `secrets` that the source's
   * declaration names. A replay's fetching is that of the run it replays, so it is not counted again.
   */
  usage(
    { counts, replayOf, drift }: Pick<Manifest, 'counts' | 'replayOf' | 'drift'>,
    known: {
      readonly rawBytes?: number | undefined;
      readonly secrets?: number | undefined;
      readonly lanes?: number | undefined;
      readonly keyReads?: number | undefined;
    } = {},
  ): Usage {
    const isReplay = replayOf !== undefined;
    const rawBytes = known.rawBytes ?? (this.#raw === 0 ? 0 : counts.bytesReceived * rawShare);
    const span = Math.max(0, this.#last - this.#first) / 1000;
    return runUsage({
      ranges: counts.ranges,
      successors: this.#successors,
      begun: this.#begun,
      looks: drift?.looks ?? 0,
      bytesReceived: counts.bytesReceived,
      fetchSeconds: isReplay ? 0 : this.#fetchMilliseconds / 1000,
      seconds: isReplay || !Number.isFinite(span) ? 60 : span,
      raw: isReplay ? 0 : this.#raw,
      replayed: isReplay ? counts.ranges : 0,
      documents: this.#documents,
      keyReads: known.keyReads ?? 0,
      secrets: isReplay ? 0 : (known.secrets ?? 1),
      lanes: known.lanes ?? 2,
      bytesStored: counts.bytesStaged + (isReplay ? 0 : rawBytes),
    });
  }
}

/** What a finished run used, by its manifest and the receipts of its objects (manifestObjects). */
export async function usageOf(
  manifest: Pick<Manifest, 'counts' | 'replayOf' | 'drift'>,
  objects: AsyncIterable<ManifestObject> | Iterable<ManifestObject>,
  known: Parameters<UsageSum['usage']>[1] = {},
): Promise<Usage> {
  const sum = new UsageSum();
  for await (const object of objects) sum.add(object);
  return sum.usage(manifest, known);
}
