import type { GaugeName, MetricName } from '../run/ports';
import { rangesPerBlock } from '../run/verify/range-block';
import { sqsChunkBytes } from './prices';
import type { Usage } from './usage';

/** What a run does that costs something. */
export interface RunWork {
  /** Page ranges, those of looks at the source after its last page included. */
  readonly ranges: number;
  /** Of those, the ones that a range before them enqueues, each by itself: all but the first of a chain. */
  readonly successors: number;
  /** Whether they are of one slice whose pages are counted: what reconcile has read of those, it does not list again (present-ranges.ts). */
  readonly isGrid: boolean;
  /** Of page bodies. */
  readonly bytesReceived: number;
  /** Lane-seconds from a range's first request to the end of its last body. */
  readonly fetchSeconds: number;
  /** Seconds from the first request to publishing. */
  readonly seconds: number;
  /** Ranges that keep their bodies under raw/. */
  readonly raw: number;
  /** Ranges that are shaped from the bodies under raw/ of an earlier run. */
  readonly replayed: number;
  /** Documents beside stage objects: quarantined records, what was noticed, what follows. */
  readonly documents: number;
  /** Stage objects whose keys reconcile must read, to know that none comes twice. */
  readonly keyReads: number;
  /** Credentials that a container reads when it starts. */
  readonly secrets: number;
  readonly lanes: number;
  readonly bytesStored: number;
}

/** Messages of one SendMessageBatch. */
const messagesPerBatch = 10;
/** Of a page message, about (page-message.ts); ten of them are well below what SQS counts as one request. */
const messageBytes = 700;
/** Keys of one page of a LIST. */
const keysPerList = 1000;
/** Of a grid that is being loaded: two blocks of it that are not complete, one of what is known, and one behind the last. */
const listsOfGrid = (2 * rangesPerBlock) / keysPerList + 2;

/** What a worker does beside fetching: shaping and gzip on one virtual CPU, bytes of page bodies a second (bench/shape.ts, halved). */
const shapedBytesPerSecond = 30e6;
/** A worker's calls to S3, one after the other. */
const writingSeconds = 0.3;
/** Of a reconcile that finds nothing to do, of a page of a LIST, and of an object that is looked at, fifty at once. */
const reconcileSeconds = { base: 0.5, list: 0.12, object: 0.0008, keyRead: 0.008 };
/** Of a fan-out: the first page, the plan, and a batch of messages, twenty at once. */
const fanOutSeconds = { base: 2, batch: 0.001 };
/** Of an invocation: the platform's lines, and one of metrics for each second (telemetry.ts). */
const logBytes = { invocation: 600, second: 700 };
/** Metrics that a run writes of which nothing goes wrong: a counter is written only where it is not 0 (aws/telemetry.ts), and what reconcile states all the time is not a run's. */
export const metricsOfRun = [
  'Requests',
  'PagesFetched',
  'BytesReceived',
  'RecordsReceived',
  'RecordsStaged',
  'RangesLoaded',
  'RangesEnqueued',
  'QuarantinedRatio',
  'RunPublished',
] as const satisfies readonly (MetricName | GaugeName)[];
/** Of a function's invocations, X-Ray takes the first of each second, and of the others this share (X-Ray Developer Guide, "Configuring sampling rules"). */
const sampledShare = 0.05;

/**
 * Counts what a run asks of AWS, call by call as the code makes them. Retries, duplicate deliveries and the polling of an empty queue, which
 * goes on whether or not a run does, are not in it. A missing object is looked for by HEAD, and then by LIST, since a right to list that is
 * limited to a prefix may be answered 403 (aws/lake.ts).
 */
export function runUsage(work: RunWork): Usage {
  const { ranges, raw, replayed, documents, keyReads, seconds, secrets, lanes } = work;
  const grown = Math.min(work.successors, ranges);
  const lists = Math.ceil(Math.max(1, ranges) / keysPerList);
  const listsAgain = work.isGrid ? Math.min(lists, listsOfGrid) : lists;
  const parts = Math.ceil(ranges / rangesPerBlock);
  const reconciles = Math.ceil(seconds / 60) + 1;
  const sent =
    Math.ceil((ranges - grown) / messagesPerBatch) * chunks(messagesPerBatch * messageBytes) + grown;
  const workerSeconds =
    work.fetchSeconds + work.bytesReceived / shapedBytesPerSecond + ranges * writingSeconds;
  const reconcileTime =
    reconciles * (reconcileSeconds.base + listsAgain * reconcileSeconds.list) +
    2 * lists * reconcileSeconds.list +
    ranges * reconcileSeconds.object +
    keyReads * reconcileSeconds.keyRead;
  const batches = Math.ceil(ranges / messagesPerBatch);
  const stageObjects = ranges;
  return {
    lambda: {
      'fan-out': { invocations: 1, seconds: fanOutSeconds.base + batches * fanOutSeconds.batch },
      worker: { invocations: ranges, seconds: workerSeconds },
      reconcile: { invocations: reconciles, seconds: reconcileTime },
    },
    s3: {
      // Raw bodies and which pages they are; claim, kept claim and plan; manifest, verification, pointer, watermark, report.
      put: stageObjects + 2 * raw + documents + 3 + parts + 5,
      // A worker's look for an object that is not there; fan-out's LIST, every reconcile's of claims and of the run, and two more to verify.
      list: ranges + lists + reconciles * (1 + listsAgain) + 2 * lists,
      // Raw bodies and which pages they are; claim and plan, each time; what was noticed, and the parts of the manifest, twice.
      get: 2 * replayed + 6 + 2 * reconciles + documents + keyReads + 2 * parts + 4,
      // By the worker before it begins, and by reconcile when it verifies; parts that may be there, and of a chain the last range.
      head: ranges + stageObjects + replayed + reconciles * parts + (grown > 0 ? reconciles : 0),
      delete: 1,
    },
    sqs: {
      send: sent,
      // The event source mapping takes one message at a time (batchSize 1).
      receive: ranges,
      delete: ranges,
      attributes: 2 * reconciles,
    },
    secretReads: secrets * (lanes + 1),
    logBytes:
      (ranges + reconciles + 1) * (logBytes.invocation + logBytes.second) + workerSeconds * logBytes.second,
    metricHours: metricsOfRun.length * (Math.floor(seconds / 3600) + 1),
    // Reconcile is not traced.
    traces: 1 + Math.min(ranges, Math.ceil(seconds) + sampledShare * Math.max(0, ranges - seconds)),
    stored: { bytes: work.bytesStored, objects: stageObjects + 2 * raw + documents },
  };
}

function chunks(bytes: number): number {
  return Math.ceil(bytes / sqsChunkBytes);
}
