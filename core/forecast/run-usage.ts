import type { GaugeName, MetricName } from '../run/ports';
import { rangesPerBlock } from '../run/verify/range-block';
import { usageOfLooks } from './look-usage';
import { sqsChunkBytes } from './prices';
import { type FunctionName, type FunctionSizes, functionSizes, megabytesOfCpu, type Usage } from './usage';

/** What a run does that costs something. */
export interface RunWork {
  /** Page ranges, those of looks at the source after its last page included. */
  readonly ranges: number;
  /** Of those, the ones that a range before them enqueues, each by itself: all but the first of a chain. */
  readonly successors: number;
  /**
   * Objects that every reconcile asks what follows them: those of leads, and the last one of each chain (unroll.ts). None where all ranges are of one
   * slice whose pages are counted: what reconcile has read of those, it does not list again (present-ranges.ts).
   */
  readonly begun: number;
  /** Of all ranges, how many each look at the source after its last page has read. */
  readonly looks: readonly number[];
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
  /** Of those, the ones of objects that are in the table: reconcile reads them. */
  readonly documentsRead: number;
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

/** Of a run that goes on for so many passes, each further one reads when it last came further, and one in as many writes it (progress.ts). */
const passesUnnoted = 60;

/**
 * Counts what a dataset's first run asks of AWS of which nothing goes wrong: a test plays such runs, and counts the calls to S3. Retries, duplicate deliveries and
 * the polling of an empty queue, which goes on whether or not a run does, are not in it. A missing object is asked for, and then looked for by LIST, since a right
 * to list that is limited to a prefix may be answered 403 (aws/lake.ts). Each LIST is taken to be as long as the last one. With less memory than a
 * whole virtual CPU comes with, functions take longer for whatever computes.
 */
export function runUsage(work: RunWork, sizes: FunctionSizes = functionSizes): Usage {
  const { ranges, begun, looks, raw, replayed, documents, documentsRead, keyReads, seconds, secrets, lanes } =
    work;
  const own = Math.max(0, ranges - looks.reduce((sum, inLook) => sum + inLook, 0));
  const grown = Math.min(work.successors, own);
  const lists = Math.ceil(Math.max(1, ranges) / keysPerList);
  const listsAgain = begun === 0 ? Math.min(lists, listsOfGrid) : lists;
  const parts = Math.ceil(own / rangesPerBlock);
  // One as each minute passes, and the last; each look is planned in one, and there in a later one (look-usage.ts).
  const reconciles = Math.max(Math.round(seconds / 60), 2 * looks.length) + 1;
  const noted = Math.max(0, reconciles - passesUnnoted);
  const look = usageOfLooks(looks, parts);
  // What is known at once: the run's own ranges, and then those of each look.
  const batches = [own - grown, ...looks].map((known) => Math.ceil(known / messagesPerBatch));
  const sent = batches.reduce((sum, each) => sum + each, 0) * chunks(messagesPerBatch * messageBytes) + grown;
  const shapingSeconds = work.bytesReceived / shapedBytesPerSecond;
  const workerSeconds =
    work.fetchSeconds + shapingSeconds * slowness('worker', sizes) + ranges * writingSeconds;
  const reconcileTime =
    reconciles * (reconcileSeconds.base + listsAgain * reconcileSeconds.list) +
    2 * lists * reconcileSeconds.list +
    (ranges + reconciles * begun) * reconcileSeconds.object +
    keyReads * reconcileSeconds.keyRead;
  const stageObjects = ranges;
  return {
    lambda: {
      'fan-out': { invocations: 1, seconds: fanOutSeconds.base + (batches[0] ?? 0) * fanOutSeconds.batch },
      worker: { invocations: ranges, seconds: workerSeconds },
      reconcile: { invocations: reconciles, seconds: reconcileTime * slowness('reconcile', sizes) },
    },
    s3: {
      // Raw bodies and which pages they are; claim, kept claim and plan; manifest, verification, ending, pointer, watermark, report.
      put: stageObjects + 2 * raw + documents + 3 + parts + 6 + look.put + Math.ceil(noted / passesUnnoted),
      list:
        // A worker's look for an object that is not there.
        ranges +
        // Each pass: claims, an ending that is not there, the run, what was given up, and whether it was blocked; of a long run, which parts there are.
        reconciles * (4 + listsAgain + (own < rangesPerBlock ? 0 : 1)) +
        // Fan-out: the run, what was given up; ending, plan and pointer that are not there.
        5 +
        // To verify: the run twice and once more; parts, and a table that readers see, that are not there.
        (2 * listsAgain + lists + parts + 1) +
        // The last pass does not ask whether the run was blocked, but what is dead, and for six documents that are not there.
        6 +
        (look.listsOfRun * listsAgain + look.list) +
        (noted > 0 ? 1 : 0),
      // Raw bodies and which pages they are; claim, ending and plan, each pass; what was noticed; parts to verify, for the watermark and for the report; other documents.
      get: 2 * replayed + 3 * reconciles + documentsRead + keyReads + 3 * parts + 20 + look.get + noted,
      // By the worker before it begins, and by reconcile when it verifies; parts that may be there, whether objects expire, and what tells what follows.
      head: ranges + stageObjects + replayed + parts + 1 + look.head + reconciles * begun,
      delete: 1,
    },
    sqs: {
      send: sent,
      // The event source mapping takes one message at a time (batchSize 1).
      receive: ranges,
      delete: ranges,
      // Of the queue and its DLQ: where they are, once, and how much waits in them, each pass but the last.
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

/** How many times as long a function computes as one with a whole virtual CPU; more than one is of no use to one thread. */
function slowness(name: FunctionName, sizes: FunctionSizes): number {
  return Math.max(1, megabytesOfCpu / sizes[name].memoryMegabytes);
}

function chunks(bytes: number): number {
  return Math.ceil(bytes / sqsChunkBytes);
}
