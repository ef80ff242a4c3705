import type { RunEvent } from './events/run-event';
import type { RunName } from './keys';
import type { Pointer } from './publish/pointer';
import type { PageMessage } from './range/page-message';

/** What the domain needs of an object store. Keys are built in keys.ts only. */
export interface Lake {
  /** Writes or overwrites. */
  put(key: string, body: ObjectBody, options?: PutOptions): Promise<void>;
  /** Writes unless the key exists: the first writer wins, and everyone else learns of it. */
  putIfAbsent(key: string, body: ObjectBody, options?: PutOptions): Promise<'created' | 'exists'>;
  /** Overwrites the version that `etag` names, or creates when `etag` is undefined; 'conflict' when somebody was faster. */
  replace(key: string, body: ObjectBody, etag: string | undefined): Promise<'replaced' | 'conflict'>;
  /** Deletes the version that `etag` names; 'conflict' when it is another one or gone. */
  remove(key: string, etag: string): Promise<'removed' | 'conflict'>;
  head(key: string): Promise<ObjectHead | undefined>;
  get(key: string): Promise<{ readonly text: string; readonly etag: string } | undefined>;
  /** Writes an object to a file, piece by piece and over what is there; false when it does not exist. */
  download(key: string, file: string): Promise<boolean>;
  /** All objects below a prefix in key order; of those, the ones whose key comes after `after`. */
  list(prefix: string, options?: { readonly after?: string | undefined }): AsyncIterable<ListedObject>;
  /** Sets an object's one tag, by which a lifecycle rule of the bucket may find it; nothing happens where the object is gone. */
  tag(key: string, tag: { readonly name: string; readonly value: string }): Promise<void>;
  /** Deletes objects, whatever is in them; resolves to their number. For an operator's hand only: no function may. */
  removeAll(keys: AsyncIterable<string> | Iterable<string>): Promise<number>;
}

/** Text, or the path of a file. */
export type ObjectBody = string | { readonly file: string };

export interface PutOptions {
  /** User metadata; ASCII, 2 KB in all (S3's limit). */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly contentType?: string;
}

export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  /** Without quotes. */
  readonly etag: string;
}

export interface ObjectHead extends ListedObject {
  readonly metadata: Readonly<Record<string, string>>;
}

/** What the domain needs of a source's page queue and its DLQ. */
export interface PageQueue {
  /** Sends in batches of ten, several batches at a time; resolves to the number sent. */
  send(messages: Iterable<PageMessage>): Promise<number>;
  /** Sends one message again after `seconds` (at most 900), so that waiting uses no attempt. */
  park(message: PageMessage, seconds: number): Promise<void>;
  /** Sends to the DLQ, with the reason in message attributes. */
  deadLetter(message: PageMessage, reason: FailureReason): Promise<void>;
  /** Makes a received message come back after `seconds` (0 to 43,200). */
  backOff(receiptHandle: string, seconds: number): Promise<void>;
  depth(): Promise<QueueDepth>;
}

export interface FailureReason {
  /** Which recovery applies: see errors.ts. */
  readonly failure: 'transient' | 'throttled' | 'permanent' | 'configuration' | 'unknown';
  /** Name of the error's class, to group by: 'RepeatedCursorError'. */
  readonly error: string;
  /** One sentence. */
  readonly reason: string;
  /** HTTP status, where there was one. */
  readonly status?: number | undefined;
}

/** Approximate, as SQS has it. */
export interface QueueDepth {
  readonly waiting: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly dead: number;
}

/** Credentials by name. */
export interface Secrets {
  /** Resolves to the credential; rejects with a ConfigurationError that names it when it does not exist. */
  get(name: string): Promise<string>;
  /** Reads it again from where it is kept, for a credential that was just refused. */
  refresh(name: string): Promise<string>;
  /** Replaces its value, for a credential that its source has replaced; `get` and `refresh` give the new one from then on. */
  put(name: string, value: string): Promise<void>;
}

/** Counters and log lines. */
export interface Telemetry {
  /** Adds to a counter; of the dataset that the invocation is about, unless another is named. */
  count(metric: MetricName, value: number, of?: Omit<RunName, 'runId'>): void;
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** The metrics that exist; a run, a range or a page is never a dimension. */
export type MetricName =
  | 'Requests'
  | 'Throttled'
  | 'Retries'
  | 'PagesFetched'
  | 'BytesReceived'
  | 'RecordsReceived'
  | 'RecordsStaged'
  | 'RecordsQuarantined'
  | 'RecordsFiltered'
  | 'RangesLoaded'
  | 'RangesSkipped'
  | 'RangesParked'
  | 'RangesDeadLettered'
  | 'RangesEnqueued'
  | 'RunSkipped'
  | 'RunPublished'
  | 'RunBlocked'
  /** Open, and could not be reconciled in this pass. */
  | 'RunStuck'
  /** Ended unpublished, for whatever reason but that a later run was published first. */
  | 'RunFailed'
  /** Ended unpublished with more in quarantine than its plan allows. */
  | 'RunQuarantined'
  /** Ended unpublished for another reason than the quarantine or a source that never stood still: something is missing, or came twice. */
  | 'RunIncomplete'
  /** Ended unpublished because the source never stood still. */
  | 'RunDrifted';

/** What is stated rather than counted. */
export type GaugeName =
  /** Share of a run's records, 0 to 1, that are in quarantine; when the run is verified. */
  | 'QuarantinedRatio'
  /** Hours since the time up to which the published table is complete. */
  | 'HoursSinceBaseline'
  /** Hours since the deadline of the earliest scheduled run that should be published and is not; 0 where none is late. */
  | 'HoursLate';

/** States values as they are now, of a dataset each. */
export interface Gauges {
  gauge(gauge: GaugeName, value: number, of: Omit<RunName, 'runId'>): void;
}

/** Tells others what became of a run. At least once: an event may come again, with the same id. */
export interface RunEvents {
  emit(event: RunEvent): Promise<void>;
}

/** The tables that SQL engines see. */
export interface Catalog {
  /** Points the dataset's table at the published run, with its columns, in one step; nothing happens where it is there already. */
  follow(pointer: Pointer): Promise<void>;
}

/** Time, injected so that tests own it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Monotonic milliseconds. */
  monotonic(): number;
  /** Rejects when `signal` aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
