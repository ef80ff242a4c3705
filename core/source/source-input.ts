import type { Column } from './column';
import type { Schedule, SecretRef, Total, WeekDay } from './source';

/** How a source lets us in, as it is written in a source file. */
export type AuthInput =
  /** Everybody may read. */
  | { readonly type: 'none' }
  /** `Authorization: Bearer …`. @example { type: 'bearer', token: secret('geonames/token') } */
  | { readonly type: 'bearer'; readonly token: SecretRef }
  | ApiKeyInput;

/** A key in a header or a query parameter. @example { type: 'api-key', key: secret('acme/key'), in: 'query', name: 'key' } */
export interface ApiKeyInput {
  readonly type: 'api-key';
  readonly key: SecretRef;
  /** Where the key travels. @default 'header' */
  readonly in?: 'header' | 'query' | undefined;
  /** Name of the header or query parameter. @default 'x-api-key' */
  readonly name?: string | undefined;
}

/** What the source allows, over all its datasets. @example { requestsPerSecond: 50, burst: 10, lanes: 4 } */
export interface LimitsInput {
  /** Requests that may start per second. */
  readonly requestsPerSecond: number;
  /** Requests that the source tolerates at once after a pause; the lanes use them to catch up. @default 0 */
  readonly burst?: number | undefined;
  /** Workers that run at the same time, 2 to 1,000. @default 2 */
  readonly lanes?: number | undefined;
}

/** The part of a request that is the same for every page. @example { path: '/cities', query: { sort: 'id' } } */
export interface RequestInput {
  /** Path below the source's baseUrl, beginning with '/'. */
  readonly path: string;
  /** @default {} */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Headers other than those of auth. @default {} */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Pages asked for by number. @example { type: 'page-number', pageSize: 500, total: { type: 'body', path: 'meta.total' } } */
export interface PageNumberInput {
  readonly type: 'page-number';
  /** Records to ask for per page. */
  readonly pageSize: number;
  /** Number of the first page. @default 1 */
  readonly firstPage?: number | undefined;
  /** Query parameter that names the page. @default 'page' */
  readonly pageParameter?: string | undefined;
  /** Query parameter that names the page size. @default 'per_page' */
  readonly sizeParameter?: string | undefined;
  /** Where a page says how many records there are. */
  readonly total: Total;
}

/** Pages asked for by their first record. @example { type: 'offset', pageSize: 100, total: { type: 'header', name: 'X-Total-Count' } } */
export interface OffsetInput {
  readonly type: 'offset';
  /** Records to ask for per page. */
  readonly pageSize: number;
  /** Query parameter that names the first record, from 0. @default 'offset' */
  readonly offsetParameter?: string | undefined;
  /** Query parameter that names the page size. @default 'limit' */
  readonly sizeParameter?: string | undefined;
  /** Where a page says how many records there are. */
  readonly total: Total;
}

/** When a dataset is loaded by itself. @example { type: 'cron', hour: 3, minute: 0 } */
export interface ScheduleInput extends Omit<Schedule, 'timeZone' | 'weekDays'> {
  /** An IANA time zone. @default 'UTC' */
  readonly timeZone?: string | undefined;
  /** @default every day */
  readonly weekDays?: readonly WeekDay[] | undefined;
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
  readonly pagination: PageNumberInput | OffsetInput;
  /** Path of the array of records in a page's body; '' when the body is the array. @example 'data' */
  readonly records: string;
  /** Columns that identify a record, in order of significance; they are required. @example ['id'] */
  readonly key: Key & readonly Extract<keyof NoInfer<C>, string>[];
  /** What the table holds. @example { id: bigint(), country: varchar('country.code') } */
  readonly columns: C;
  /** Share of records, 0 to 1, that may be quarantined before a run is refused. @default 0 */
  readonly maxQuarantinedRatio?: number | undefined;
  /** Keep the page bodies as received, gzipped. @default true */
  readonly keepRaw?: boolean | undefined;
  /** When the dataset is loaded by itself. @default only by hand */
  readonly schedule?: ScheduleInput | undefined;
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
