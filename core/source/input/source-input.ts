import type { Column, UnfitPolicy } from '../column';
import type {
  ErrorsInBody,
  Incremental,
  JsonObject,
  LineageColumn,
  Schedule,
  StatusMeaning,
  Tls,
  Transform,
  Verification,
  WeekDay,
} from '../source';
import type { AuthInput } from './auth-input';
import type { FormatInput } from './format-input';
import type { PaginationInput } from './pagination-input';
import type { SlicesInput } from './slices-input';

/** What the source allows, over all its datasets. @example { requestsPerSecond: 50, burst: 10, lanes: 4 } */
export interface LimitsInput {
  /** Requests that may start per second. */
  readonly requestsPerSecond: number;
  /** Requests that the source tolerates at once after a pause; the lanes use them to catch up. @default 0 */
  readonly burst?: number | undefined;
  /** Workers that run at the same time, 2 to 1,000. @default 2 */
  readonly lanes?: number | undefined;
  /** Requests of one worker that may be under way at once, 1 to 256. @default 32 */
  readonly inFlight?: number | undefined;
}

/** How patient the client is; all of it may be left out. @example { headersSeconds: 60 } */
export interface HttpInput {
  /** Until a connection stands. @default 10 */
  readonly connectSeconds?: number | undefined;
  /** From the end of a request to the end of the answer's headers. @default 30 */
  readonly headersSeconds?: number | undefined;
  /** Between two pieces of a body. @default 30 */
  readonly bodySeconds?: number | undefined;
  /** Of one body, as received and decoded. @default 32 */
  readonly maximumMegabytes?: number | undefined;
}

/**
 * The part of a request that is the same for every page; `{name}` stands for a parameter of a slice or, in the path, of
 * the pagination.
 * @example { path: '/users/{userId}/orders', query: { sort: 'id' } }
 */
export interface RequestInput {
  /** @default 'GET', and 'POST' where there is a body */
  readonly method?: 'GET' | 'POST' | undefined;
  /** Path below the source's baseUrl, beginning with '/'. */
  readonly path: string;
  /** A list is sent as one parameter per text. @default {} @example { include: ['lines', 'customer'] } */
  readonly query?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** Headers other than those of auth. @default {} */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON, with POST. @default none @example { filter: { status: 'open' } } */
  readonly body?: JsonObject | undefined;
  /** Requests that one such request counts as against the limit, 1 or more. @default 1 */
  readonly weight?: number | undefined;
  /** Where a page says that it is none though its status is 200; a text is the path. @default nowhere @example 'errors' */
  readonly errors?: string | ErrorsInBody | undefined;
  /** What a status, 204 or 400 to 599, means that would mean something else. @default {} @example { 404: 'empty' } */
  readonly statuses?: Readonly<Record<number, StatusMeaning>> | undefined;
}

/** When a dataset is loaded by itself. @example { type: 'cron', hour: 3, minute: 0 } */
export interface ScheduleInput extends Omit<Schedule, 'timeZone' | 'weekDays'> {
  /** An IANA time zone. @default 'UTC' */
  readonly timeZone?: string | undefined;
  /** @default every day */
  readonly weekDays?: readonly WeekDay[] | undefined;
}

/** How the source is asked for what changed since a time. @example { query: { updated_since: '{since}' }, overlapMinutes: 5 } */
export interface IncrementalInput extends Pick<Incremental, 'query'> {
  /** How the source writes a time. @default 'iso8601', in UTC with seconds */
  readonly format?: Incremental['format'] | undefined;
  /** How much earlier than the watermark to ask. @default 10 */
  readonly overlapMinutes?: number | undefined;
  /** When what changed is loaded by itself. @default only by hand */
  readonly schedule?: ScheduleInput | undefined;
}

/** The columns of a table, by name. */
export type Columns = Readonly<Record<string, Column>>;

/** One collection of records, as it is written in a source file; becomes one table. */
export interface DatasetInput<
  Name extends string = string,
  C extends Columns = Columns,
  Key extends readonly string[] = readonly string[],
> {
  /** Lower-case letters, digits and dashes, at most 40. @example 'cities' */
  readonly name: Name;
  /** One sentence on what a record is. */
  readonly description?: string | undefined;
  readonly request: RequestInput;
  /** How pages are asked for. */
  readonly pagination: PaginationInput;
  /** What the dataset is cut into before it is paginated: one or a list, which multiply. @default [] */
  readonly slices?: SlicesInput | readonly SlicesInput[] | undefined;
  /** Path of the array of records in a page's body; '' when the body is the array. @example 'data' */
  readonly records: string;
  /**
   * Makes one record, several or none (null) out of each; for what columns cannot say, since it costs several times as much.
   * Called with the record, and with the parameters of its slice and the number of its page.
   * @default the record as it is
   * @example (record) => ({ ...record, tags: String(record.tags).split(';') })
   */
  readonly transform?: Transform | undefined;
  /**
   * Path of a list in a record: the table has a row for each element, which columns reach by paths such as 'items[].sku'.
   * @default a row for each record
   * @example 'items'
   */
  readonly explode?: string | undefined;
  /** A DuckDB condition over the columns; rows for which it is not true are left out, and counted. @default none are @example "status <> 'draft'" */
  readonly filter?: string | undefined;
  /** Of the rows of a page range that have one key, keep the first or the last; the others are counted. @default keep all */
  readonly deduplicate?: 'first' | 'last' | undefined;
  /** Columns that identify a record, in order of significance; they are required. @example ['id'] */
  readonly key: Key & readonly Extract<keyof NoInfer<C>, string>[];
  /** What the table holds. @example { id: bigint(), country: varchar('country.code') } */
  readonly columns: C;
  /** Columns that say where a row comes from; true for all four. @default [] @example ['_run_id', '_fetched_at'] */
  readonly lineage?: true | readonly LineageColumn[] | undefined;
  /** What becomes of a record that a column does not fit. @default 'quarantine' */
  readonly onUnfit?: UnfitPolicy | undefined;
  /** Share of records, 0 to 1, that may be quarantined before a run is refused. @default 0 */
  readonly maxQuarantinedRatio?: number | undefined;
  /** Fields that no column reads: counted and reported; 'capture' keeps them in the column _extra, 'fail' stops the run. @default 'ignore' */
  readonly unknownFields?: 'ignore' | 'capture' | 'fail' | undefined;
  /** How the table's files are written. @default 'parquet' @example { type: 'parquet', sorted: true } */
  readonly format?: FormatInput | undefined;
  /** Raise it when columns change so that readers of the table must change too, 1 or more. @default 1 */
  readonly tableVersion?: number | undefined;
  /** Keep the page bodies as received, gzipped. @default true; where a column is masked it must be written, for the bodies show what the mask hides */
  readonly keepRaw?: boolean | undefined;
  /** How far a run is verified, and what becomes of one that falls short. @default { looks: 3, ifShort: 'refuse', maxShrink: 0.5 } */
  readonly verification?: Partial<Verification> | undefined;
  /**
   * Merge a run's objects into files of about this size, deduplicated by key and sorted by it, before the run is published.
   * @default only where it must be: after drift, and for what changed
   * @example { targetMegabytes: 128 }
   */
  readonly curate?: { readonly targetMegabytes?: number | undefined } | undefined;
  /** Published runs that are kept for rollback, besides the current one. @default 3 */
  readonly keepRuns?: number | undefined;
  /** How the source is asked for what changed since a time. @default it cannot be @example { query: { updated_since: '{since}' } } */
  readonly incremental?: IncrementalInput | undefined;
  /** When the dataset is loaded by itself. @default only by hand */
  readonly schedule?: ScheduleInput | undefined;
  /** Hours after a scheduled start by which its run should be published; an alarm tells when it is not. @default 6 */
  readonly deadlineHours?: number | undefined;
  /** What people notice when this dataset is late; shown in alarms. @example 'City pages show stale populations' */
  readonly ifLate?: string | undefined;
}

/** A source as it is written in a source file, without its datasets. */
export interface SourceSettingsInput<Name extends string = string> {
  /** Lower-case letters, digits and dashes, at most 40. @example 'geonames' */
  readonly name: Name;
  /** Absolute http(s) URL that every request path is appended to. @example 'https://api.example.com/v1' */
  readonly baseUrl: string;
  readonly auth: AuthInput;
  /** The certificate that we show, besides what `auth` says. @default none */
  readonly tls?: Tls | undefined;
  /** @default see HttpInput */
  readonly http?: HttpInput | undefined;
  /**
   * How the functions reach it on AWS: over the internet, or through the environment's VPC, for a source in a private network or one that lets in
   * only known addresses.
   * @default 'public'
   */
  readonly network?: 'public' | 'private' | undefined;
  readonly limits: LimitsInput;
}

/**
 * A source as it is written in a source file; keeps the literal names of datasets, columns and keys.
 * The three tuples are inferred side by side from `datasets`, and each position is checked against all of them,
 * which is what lets the compiler refuse an unknown option or a key that is not a column.
 */
export interface SourceInput<
  Name extends string = string,
  Names extends readonly string[] = readonly string[],
  Tables extends readonly Columns[] = readonly Columns[],
  Keys extends readonly (readonly string[])[] = readonly (readonly string[])[],
> extends SourceSettingsInput<Name> {
  readonly datasets: { readonly [I in keyof Names]: DatasetInput<Names[I]> } & {
    readonly [I in keyof Tables]: DatasetInput<string, Tables[I]>;
  } & { readonly [I in keyof Keys]: DatasetInput<string, Columns, Keys[I]> };
}
