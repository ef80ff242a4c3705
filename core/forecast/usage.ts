/** What a function gets, and is paid for by the second. */
export interface FunctionSize {
  readonly memoryMegabytes: number;
  /** Of /tmp. */
  readonly storageGigabytes: number;
}

/** The functions, as they are deployed: lib/usual-environments.ts takes their capacity from here. */
export const functionSizes = {
  'fan-out': { memoryMegabytes: 512, storageGigabytes: 0.5 },
  worker: { memoryMegabytes: 1769, storageGigabytes: 2 },
  reconcile: { memoryMegabytes: 1769, storageGigabytes: 10 },
} as const satisfies Readonly<Record<string, FunctionSize>>;

export type FunctionName = keyof typeof functionSizes;
/** How big each function is, where an environment may say otherwise. */
export type FunctionSizes = Readonly<Record<FunctionName, FunctionSize>>;

/** Memory that comes with one whole virtual CPU; with less, whatever computes takes as much longer. */
export const megabytesOfCpu = 1769;

/** What is paid for: calls by kind, and the time that functions take. All of it adds up. */
export interface Usage {
  readonly lambda: Readonly<Record<FunctionName, LambdaUsage>>;
  readonly s3: Readonly<Record<'put' | 'list' | 'get' | 'head' | 'delete', number>>;
  /** Requests as SQS counts them: of 64 KB of payload. */
  readonly sqs: Readonly<Record<'send' | 'receive' | 'delete' | 'attributes', number>>;
  readonly secretReads: number;
  readonly logBytes: number;
  /** Metrics, times the hours in which they were written. */
  readonly metricHours: number;
  /** Invocations that X-Ray takes for its sample. */
  readonly traces: number;
  /** What stays in the lake. */
  readonly stored: { readonly bytes: number; readonly objects: number };
}

export interface LambdaUsage {
  readonly invocations: number;
  readonly seconds: number;
}

/** Nothing at all. */
export const noUsage: Usage = {
  lambda: {
    'fan-out': { invocations: 0, seconds: 0 },
    worker: { invocations: 0, seconds: 0 },
    reconcile: { invocations: 0, seconds: 0 },
  },
  s3: { put: 0, list: 0, get: 0, head: 0, delete: 0 },
  sqs: { send: 0, receive: 0, delete: 0, attributes: 0 },
  secretReads: 0,
  logBytes: 0,
  metricHours: 0,
  traces: 0,
  stored: { bytes: 0, objects: 0 },
};

/** One and the other together. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    lambda: {
      'fan-out': sum(a.lambda['fan-out'], b.lambda['fan-out']),
      worker: sum(a.lambda.worker, b.lambda.worker),
      reconcile: sum(a.lambda.reconcile, b.lambda.reconcile),
    },
    s3: sum(a.s3, b.s3),
    sqs: sum(a.sqs, b.sqs),
    secretReads: a.secretReads + b.secretReads,
    logBytes: a.logBytes + b.logBytes,
    metricHours: a.metricHours + b.metricHours,
    traces: a.traces + b.traces,
    stored: sum(a.stored, b.stored),
  };
}

/** Field by field. */
function sum<Counts extends Readonly<Record<keyof Counts, number>>>(a: Counts, b: Counts): Counts {
  const entries = Object.keys(a).map((name) => {
    const key = name as keyof Counts; // Object.keys gives the fields of what it is given, as texts
    return [key, a[key] + b[key]];
  });
  return Object.fromEntries(entries) as Counts; // the same fields
}
