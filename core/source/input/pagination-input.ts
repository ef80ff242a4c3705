import type { ChainEnd, Parameter } from '../pagination';

/** How pages are asked for, as it is written in a source file. */
export type PaginationInput =
  | PageNumberInput
  | OffsetInput
  /** Everything comes in one page. */
  | { readonly type: 'single' }
  | CursorInput
  | NextLinkInput
  | KeysetInput;

/** Where a value is put in a request; a text is the name of a query parameter. @example { in: 'body', path: 'paging.page' } */
export type ParameterInput = string | Parameter;

/** How a page's size is asked for; false where the source has no parameter for it. @example 'page_size' */
export type SizeParameterInput = ParameterInput | false;

/** Where a page says how many records, or pages, there are. */
export type TotalInput =
  | {
      readonly type: 'body';
      /** @example 'meta.total' */
      readonly path: string;
      /** What is counted. @default 'records' */
      readonly counts?: 'records' | 'pages' | undefined;
    }
  | {
      readonly type: 'header';
      /** @example 'X-Total-Count' */
      readonly name: string;
      /** What is counted. @default 'records' */
      readonly counts?: 'records' | 'pages' | undefined;
    };

/** How much there is of a slice whose pages can be fetched in any order. */
export type ExtentInput =
  | TotalInput
  /** The link to the last page: of the Link header, or at `path` in the body. @example { type: 'last-link' } */
  | { readonly type: 'last-link'; readonly path?: string | undefined }
  /** The source does not say: the first empty page is looked for, unless `hasMore` is the path of a flag that tells. */
  | { readonly type: 'none'; readonly hasMore?: string | undefined };

/** Pages asked for by number. @example { type: 'page-number', pageSize: 500, total: { type: 'body', path: 'meta.total' } } */
export interface PageNumberInput {
  readonly type: 'page-number';
  /** Records to ask for per page. */
  readonly pageSize: number;
  /** Number of the first page. @default 1 */
  readonly firstPage?: number | undefined;
  /** Where the page's number goes. @default 'page' */
  readonly pageParameter?: ParameterInput | undefined;
  /** Where the page's size goes. @default 'per_page' */
  readonly sizeParameter?: SizeParameterInput | undefined;
  /** How much there is; required, so that nobody looks for the end without meaning to. */
  readonly total: ExtentInput;
  /** Records of a slice that the source lets anybody see; a time window that holds as many is halved. @default no limit */
  readonly resultWindow?: number | undefined;
}

/** Pages asked for by their first record. @example { type: 'offset', pageSize: 100, total: { type: 'header', name: 'X-Total-Count' } } */
export interface OffsetInput {
  readonly type: 'offset';
  /** Records to ask for per page. */
  readonly pageSize: number;
  /** Offset of the first record. @default 0 @example 1 */
  readonly firstOffset?: number | undefined;
  /** Where the offset goes. @default 'offset' */
  readonly offsetParameter?: ParameterInput | undefined;
  /** Where the page's size goes. @default 'limit' */
  readonly sizeParameter?: SizeParameterInput | undefined;
  /** How much there is; required, so that nobody looks for the end without meaning to. */
  readonly total: ExtentInput;
  /** Records of a slice that the source lets anybody see; a time window that holds as many is halved. @default no limit */
  readonly resultWindow?: number | undefined;
}

/** What all chains have. */
interface ChainInput {
  /** Records to ask for per page. @default the source decides */
  readonly pageSize?: number | undefined;
  /** Where the page's size goes; only with `pageSize`. @default 'limit' where there is a pageSize */
  readonly sizeParameter?: SizeParameterInput | undefined;
  /** Path of a flag that is true while pages follow. @default none @example 'has_more' */
  readonly hasMore?: string | undefined;
  /** Where a page says how many records there are, verified at the end. @default none */
  readonly total?: TotalInput | undefined;
  /** What ends a chain besides a page that names no next one. @default [], and ['empty-page'] for keyset */
  readonly end?: readonly ChainEnd[] | undefined;
}

/** A page names the cursor of the next one. @example { type: 'cursor', cursor: { type: 'body', path: 'meta.next' } } */
export interface CursorInput extends ChainInput {
  readonly type: 'cursor';
  /** Where a page names the next cursor. @example { type: 'header', name: 'X-Next-Cursor' } */
  readonly cursor:
    | { readonly type: 'body'; readonly path: string }
    | { readonly type: 'header'; readonly name: string };
  /** Where the cursor goes. @default 'cursor' */
  readonly parameter?: ParameterInput | undefined;
  /** Sent with the first request. @default nothing is sent @example '*' */
  readonly first?: string | undefined;
}

/** A page names the URL of the next one. @example { type: 'next-link', link: { type: 'header' } } */
export interface NextLinkInput extends ChainInput {
  readonly type: 'next-link';
  /** Where the URL stands: at a path of the body, or in the Link header with rel="next". */
  readonly link: { readonly type: 'body'; readonly path: string } | { readonly type: 'header' };
}

/** The next page begins behind the last record of this one. @example { type: 'keyset', field: 'id', parameter: 'since_id' } */
export interface KeysetInput extends ChainInput {
  readonly type: 'keyset';
  /** Path, in a record, of what the source sorts by. @example 'id' */
  readonly field: string;
  /** Where the last record's value goes. @default 'after' */
  readonly parameter?: ParameterInput | undefined;
  /** Sent with the first request. @default nothing is sent @example '0' */
  readonly first?: string | undefined;
}
