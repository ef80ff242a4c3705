import type { Column } from './column';

/** A system we load from: where it is, how to be let in, how fast we may ask, and what it holds. */
export interface Source {
  /** Lower-case letters, digits and dashes; part of every object key and queue name. */
  readonly name: string;
  /** Absolute http(s) URL that every request path is appended to, without a trailing slash. */
  readonly baseUrl: string;
  readonly auth: Auth;
  readonly limits: Limits;
  readonly datasets: readonly Dataset[];
}

/** How a source lets us in. Credentials are only ever named here, never written down. */
export type Auth =
  | { readonly type: 'none' }
  | { readonly type: 'bearer'; readonly token: SecretRef }
  | {
      readonly type: 'api-key';
      readonly key: SecretRef;
      /** Where the key travels. @default 'header' */
      readonly in: 'header' | 'query';
      /** Name of the header or query parameter. @default 'x-api-key' */
      readonly name: string;
    };

/** A credential by name: a Secrets Manager secret on AWS, an environment variable on a laptop. */
export interface SecretRef {
  readonly secret: string;
}

/** What a source allows. The stack and the pace of every lane derive from it. */
export interface Limits {
  /** Requests that may start per second, over all datasets of the source. */
  readonly requestsPerSecond: number;
  /**
   * Requests the source tolerates at once after a pause (its token bucket's depth). The lanes share it, and use
   * it to catch up after the time they spend writing.
   * @default 0
   */
  readonly burst: number;
  /** Workers that run at the same time; AWS allows 2 to 1,000. @default 2 */
  readonly lanes: number;
}

/** One collection of records of a source; becomes one table. */
export interface Dataset {
  /** Lower-case letters, digits and dashes. */
  readonly name: string;
  readonly description?: string | undefined;
  readonly request: Request;
  readonly pagination: Pagination;
  /** Path of the array of records in a page's body; '' when the body is the array. */
  readonly records: string;
  /** Columns that identify a record, in order of significance. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, Column>>;
  /** Share of records, 0 to 1, that may be quarantined before a run is refused. @default 0 */
  readonly maxQuarantinedRatio: number;
  /** Keep the page bodies as received, gzipped, under raw/. @default true */
  readonly keepRaw: boolean;
  /** When the dataset is loaded by itself. @default only by hand */
  readonly schedule?: Schedule | undefined;
  /** What people notice when this dataset is late; shown in alarms. */
  readonly ifLate?: string | undefined;
}

/** The part of a request that is the same for every page. */
export interface Request {
  /** Path below the source's baseUrl, beginning with '/'. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** How pages are asked for. Both kinds are countable: any page can be fetched at any time, so they fan out. */
export type Pagination = PageNumberPagination | OffsetPagination;

export interface PageNumberPagination {
  readonly type: 'page-number';
  /** Records to ask for per page. */
  readonly pageSize: number;
  /** Number of the first page. @default 1 */
  readonly firstPage: number;
  /** @default 'page' */
  readonly pageParameter: string;
  /** @default 'per_page' */
  readonly sizeParameter: string;
  readonly total: Total;
}

export interface OffsetPagination {
  readonly type: 'offset';
  readonly pageSize: number;
  /** @default 'offset' */
  readonly offsetParameter: string;
  /** @default 'limit' */
  readonly sizeParameter: string;
  readonly total: Total;
}

/** Where a page says how many records the dataset holds. */
export type Total =
  | { readonly type: 'body'; readonly path: string }
  | { readonly type: 'header'; readonly name: string };

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
