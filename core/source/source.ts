import type { Column, UnfitPolicy } from './column';
import type { Pagination } from './pagination';
import type { SecretRef } from './secret-ref';
import type { Slices } from './slices';

/** A system we load from: where it is, how to be let in, how fast we may ask, and what it holds. */
export interface Source {
  /** Lower-case letters, digits and dashes; part of every object key and queue name. */
  readonly name: string;
  /** Absolute http(s) URL that every request path is appended to, without a trailing slash. */
  readonly baseUrl: string;
  readonly auth: Auth;
  /** The certificate that we show, besides what `auth` says. @default none */
  readonly tls?: Tls | undefined;
  readonly http: HttpSettings;
  /**
   * How the functions reach it on AWS: over the internet, or through the environment's VPC, for a source in a private network or one that lets in
   * only known addresses.
   * @default 'public'
   */
  readonly network: 'public' | 'private';
  readonly limits: Limits;
  readonly datasets: readonly Dataset[];
}

/** How a source lets us in. Credentials are only ever named here, never written down. */
export type Auth =
  | { readonly type: 'none' }
  | { readonly type: 'bearer'; readonly token: SecretRef }
  | BasicAuth
  | ApiKeyAuth
  | ClientCredentialsAuth
  | RefreshTokenAuth
  | SigV4Auth
  | CustomAuth;

export interface BasicAuth {
  readonly type: 'basic';
  readonly username: string | SecretRef;
  /** @default none: some sources take a key as the user name and nothing else */
  readonly password?: SecretRef | undefined;
}

export interface ApiKeyAuth {
  readonly type: 'api-key';
  readonly key: SecretRef;
  /** Where the key travels. @default 'header' */
  readonly in: 'header' | 'query';
  /** Name of the header or query parameter. @default 'x-api-key' */
  readonly name: string;
}

/** What both OAuth 2 grants have. */
interface OAuth2 {
  /** Absolute URL; the only other place that a credential of this source may go to. */
  readonly tokenUrl: string;
  readonly clientId: string | SecretRef;
  /** How the client says who it is: Authorization: Basic, or fields of the form (RFC 6749, section 2.3.1). @default 'body' */
  readonly clientAuth: 'basic' | 'body';
  readonly scopes: readonly string[];
  /** Further fields of the form, such as audience. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** RFC 6749, section 4.4. */
export interface ClientCredentialsAuth extends OAuth2 {
  readonly type: 'oauth2-client-credentials';
  readonly clientSecret: SecretRef;
}

/** RFC 6749, section 6. A refresh token that is used up and replaced is written back to its secret. */
export interface RefreshTokenAuth extends OAuth2 {
  readonly type: 'oauth2-refresh-token';
  readonly refreshToken: SecretRef;
  readonly clientSecret?: SecretRef | undefined;
}

/** AWS Signature Version 4, as the function itself or with keys of another account. */
export interface SigV4Auth {
  readonly type: 'aws-sigv4';
  readonly region: string;
  /** @example 'execute-api' */
  readonly service: string;
  /** @default the function's own role */
  readonly accessKeyId?: SecretRef | undefined;
  readonly secretAccessKey?: SecretRef | undefined;
  /** What the own role is allowed to ask of the source, once deployed. @default nothing */
  readonly allow?: readonly AllowedActions[] | undefined;
}

/** Actions of the service that is signed for, and the ARNs that they are allowed on. */
export interface AllowedActions {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** Headers that a function of the source file makes, for signatures that only this source has. */
export interface CustomAuth {
  readonly type: 'custom';
  /** The credentials that the function is given, by the names it knows them under. */
  readonly secrets: Readonly<Record<string, SecretRef>>;
  readonly headers: HeaderFunction;
}

/** Makes the headers that let one request in; called anew for every try. */
export type HeaderFunction = (
  request: SignableRequest,
) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;

/** What a header function may look at. */
export interface SignableRequest {
  readonly method: string;
  readonly url: URL;
  /** '' when there is none. */
  readonly body: string;
  /** The values of `secrets`. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The time. */
  readonly now: Date;
}

/** Mutual TLS; PEM texts. */
export interface Tls {
  readonly certificate: SecretRef;
  readonly key: SecretRef;
  /** Trusted instead of the public authorities. @default the public ones */
  readonly ca?: SecretRef | undefined;
}

/** How patient the client is. */
export interface HttpSettings {
  /** Until a connection stands. @default 10 */
  readonly connectSeconds: number;
  /** From the end of a request to the end of the answer's headers. @default 30 */
  readonly headersSeconds: number;
  /** Between two pieces of a body. @default 30 */
  readonly bodySeconds: number;
  /** Of one body, as received and decoded. @default 32 */
  readonly maximumMegabytes: number;
}

/** What a source allows. The stack and the pace of every lane derive from it. */
export interface Limits {
  /** Requests that may start per second, over all datasets of the source; a request with a weight counts as so many. */
  readonly requestsPerSecond: number;
  /**
   * Requests the source tolerates at once after a pause (its token bucket's depth). The lanes share it, and use
   * it to catch up after the time they spend writing.
   * @default 0
   */
  readonly burst: number;
  /** Workers that run at the same time; AWS allows 2 to 1,000. @default 2 */
  readonly lanes: number;
  /** Requests of one lane that may be under way at once; 1 to 256. @default 32 */
  readonly inFlight: number;
}

/** One collection of records of a source; becomes one table. */
export interface Dataset {
  /** Lower-case letters, digits and dashes. */
  readonly name: string;
  readonly description?: string | undefined;
  readonly request: Request;
  readonly pagination: Pagination;
  /** What the dataset is cut into before it is paginated; several multiply. @default [] */
  readonly slices: readonly Slices[];
  /** Path of the array of records in a page's body; '' when the body is the array. */
  readonly records: string;
  /** Called with each record before its columns are read; for what SQL cannot say. @default the record as it is */
  readonly transform?: Transform | undefined;
  /** Path of an array in a record: the table has a row for each element. @default a row for each record */
  readonly explode?: string | undefined;
  /** A DuckDB condition over the columns: rows for which it is not true are left out, and counted. @default none are */
  readonly filter?: string | undefined;
  /** Of the rows of a range that have one key, keep the first or the last; the others are counted. @default keep all */
  readonly deduplicate?: 'first' | 'last' | undefined;
  /** Columns that identify a record, in order of significance. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, Column>>;
  /** Columns that say where a row comes from. @default [] */
  readonly lineage: readonly LineageColumn[];
  /** What becomes of a record that a column does not fit. @default 'quarantine' */
  readonly onUnfit: UnfitPolicy;
  /** Share of records, 0 to 1, that may be quarantined before a run is refused. @default 0 */
  readonly maxQuarantinedRatio: number;
  /** Fields that no column reads: counted and reported; 'capture' keeps them in the column _extra, 'fail' stops the run. @default 'ignore' */
  readonly unknownFields: 'ignore' | 'capture' | 'fail';
  readonly format: StageFormat;
  /** Raised by hand when columns change so that readers of the table must change too. @default 1 */
  readonly tableVersion: number;
  /** Keep the page bodies as received, gzipped, under raw/. @default true */
  readonly keepRaw: boolean;
  /** How far a run is verified, and what becomes of one that falls short. */
  readonly verification: Verification;
  /** Merge, deduplicate and sort a run's objects into files of about this size before it is published. @default only where it must be */
  readonly curate?: { readonly targetMegabytes: number } | undefined;
  /** Published runs that are kept for rollback, besides the current one. @default 3 */
  readonly keepRuns: number;
  /** How the source is asked for what changed since a time. @default it cannot be */
  readonly incremental?: Incremental | undefined;
  /** When the dataset is loaded by itself. @default only by hand */
  readonly schedule?: Schedule | undefined;
  /** Hours after a scheduled start by which its run should be published; an alarm tells when it is not. @default 6 */
  readonly deadlineHours: number;
  /** What people notice when this dataset is late; shown in alarms. */
  readonly ifLate?: string | undefined;
}

/** The part of a request that is the same for every page. `{name}` stands for a parameter of a slice or of the pagination. */
export interface Request {
  readonly method: 'GET' | 'POST';
  /** Path below the source's baseUrl, beginning with '/'. */
  readonly path: string;
  /** A list is sent as one parameter per text. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON; for POST only. */
  readonly body?: JsonObject | undefined;
  /** Requests that one such request counts as against the limit. @default 1 */
  readonly weight: number;
  /** Where a page says that it is none though its status is 200, as GraphQL does. */
  readonly errors?: ErrorsInBody | undefined;
  /** What a status means that would mean something else. */
  readonly statuses: Readonly<Record<string, StatusMeaning>>;
}

/** Anything but nothing, null, false, '' , [] or {} at `path` makes an answer a failure. */
export interface ErrorsInBody {
  readonly path: string;
  /** A text by which the source says there that it throttles; compared within the errors' JSON text. @example 'THROTTLED' */
  readonly throttled?: string | undefined;
}

/** 'empty': no records there, and nothing follows. 'retry': as 503. 'throttled': as 429. 'fail': not worth trying again. */
export type StatusMeaning = 'empty' | 'retry' | 'throttled' | 'fail';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** How far a run is verified. */
export interface Verification {
  /**
   * Times, at most, that a run reads the edges of its page ranges again after its last page and fetches what moved once more; a look costs a
   * request for each page range. Only where pages are found by their position. 0: never.
   * @default 3
   */
  readonly looks: number;
  /** @default 'refuse' */
  readonly ifShort: 'refuse' | 'publish-with-warning';
  /** Share of the records, 0 to 1, by which a run may fall short and be published with a warning. @default 0 */
  readonly tolerance: number;
  /**
   * Share of the rows that readers see, 0 to 1, that a run which loads everything may have fewer; one with fewer still is refused, whatever
   * `ifShort` says. 1: it may lose all of them.
   * @default 0.5
   */
  readonly maxShrink: number;
}

/** How the source is asked for what changed since a time. */
export interface Incremental {
  /** Query parameters of such a run, in which '{since}' stands for the time. @example { updated_since: '{since}' } */
  readonly query: Readonly<Record<string, string>>;
  /** How the source writes a time. @default 'iso8601', in UTC with seconds */
  readonly format: 'iso8601' | 'date' | 'epoch-seconds' | 'epoch-milliseconds';
  /** How much earlier than the watermark to ask: for clocks that differ and records that become visible late. @default 10 */
  readonly overlapMinutes: number;
  /** When what changed is loaded by itself; the dataset's own schedule loads everything. @default only by hand */
  readonly schedule?: Schedule | undefined;
}

export interface Schedule {
  readonly type: 'cron';
  /** 0 to 23. */
  readonly hour: number;
  /** 0 to 59. */
  readonly minute: number;
  /** An IANA time zone. @default 'UTC' */
  readonly timeZone: string;
  /** Days of the week on which it runs. @default every day */
  readonly weekDays?: readonly WeekDay[] | undefined;
}

export type WeekDay = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** A record as its source sent it; integers beyond 2^53 are bigints, and decimals that a number would round are texts. */
export type SourceRecord = { readonly [name: string]: SourceValue };
export type SourceValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly SourceValue[]
  | { readonly [name: string]: SourceValue };

/** Where a record was found. */
export interface RecordOrigin {
  /** Values of its slice's parameters. */
  readonly parameters: Readonly<Record<string, string | number>>;
  /** Position of its page in the slice, from 0. */
  readonly page: number;
}

/** Makes one record, several or none (null) out of one. A record for which it throws is quarantined with the error's message. */
export type Transform = (
  record: SourceRecord,
  origin: RecordOrigin,
) => TransformedRecord | readonly TransformedRecord[] | null | undefined;

/** A record as a transform returns it; what is undefined is left out. */
export type TransformedRecord = { readonly [name: string]: TransformedValue };
export type TransformedValue =
  | SourceValue
  | undefined
  | readonly TransformedValue[]
  | { readonly [name: string]: TransformedValue };

/** Run, slice, position of the page in the slice from 0, and when the page was received (UTC). */
export type LineageColumn = '_run_id' | '_slice' | '_page' | '_fetched_at';

/** How stage objects are written. */
export type StageFormat = ParquetFormat | JsonLinesFormat | CsvFormat;

export interface ParquetFormat {
  readonly type: 'parquet';
  /** @default 'zstd' */
  readonly compression: 'zstd' | 'snappy' | 'gzip';
  /** Rows of a row group, 2,048 or more. @default 122880, DuckDB's own */
  readonly rowGroupSize: number;
  /** Rows in the order of the key, which narrows the statistics that readers skip by. @default false */
  readonly sorted: boolean;
}

export interface JsonLinesFormat {
  readonly type: 'jsonl';
  /** @default 'gzip' */
  readonly compression: 'gzip' | 'zstd';
  /** @default false */
  readonly sorted: boolean;
}

/** RFC 4180 with a header line; null is nothing at all, and '' is "". */
export interface CsvFormat {
  readonly type: 'csv';
  /** @default 'gzip' */
  readonly compression: 'gzip' | 'zstd';
  /** @default false */
  readonly sorted: boolean;
  /** Put a ' before texts that a spreadsheet would take for a formula: = + - @, tab, carriage return. @default false */
  readonly neutralise: boolean;
}
