/** How pages are asked for. */
export type Pagination = CountablePagination | SequentialPagination;

/** Any page can be fetched at any time, so pages fan out. */
export type CountablePagination = PageNumberPagination | OffsetPagination | SinglePagination;

/** Each page tells how to ask for the next, so a slice is a chain. */
export type SequentialPagination = CursorPagination | NextLinkPagination | KeysetPagination;

/** The page number or offset, cursor or size of a request, and where it is put. */
export type Parameter =
  | { readonly in: 'query'; readonly name: string }
  /** Replaces `{name}` in the request's path. */
  | { readonly in: 'path'; readonly name: string }
  /** Set at `path` in the request's JSON body. */
  | { readonly in: 'body'; readonly path: string }
  | { readonly in: 'header'; readonly name: string };

export interface PageNumberPagination {
  readonly type: 'page-number';
  /** Records to ask for per page. */
  readonly pageSize: number;
  /** Number of the first page. @default 1 */
  readonly firstPage: number;
  /** @default { in: 'query', name: 'page' } */
  readonly pageParameter: Parameter;
  /** Undefined where the source decides. @default { in: 'query', name: 'per_page' } */
  readonly sizeParameter: Parameter | undefined;
  readonly total: Extent;
  /** Records of a slice that the source lets anybody see; a slice that holds as many is halved. @default no such window */
  readonly resultWindow?: number | undefined;
}

export interface OffsetPagination {
  readonly type: 'offset';
  readonly pageSize: number;
  /** Offset of the first record: 0, and 1 in SCIM. @default 0 */
  readonly firstOffset: number;
  /** @default { in: 'query', name: 'offset' } */
  readonly offsetParameter: Parameter;
  /** @default { in: 'query', name: 'limit' } */
  readonly sizeParameter: Parameter | undefined;
  readonly total: Extent;
  readonly resultWindow?: number | undefined;
}

/** Everything comes in one page. */
export interface SinglePagination {
  readonly type: 'single';
}

/** How much there is of a countable slice. */
export type Extent =
  | Total
  /** The page number, or offset, of the link to the last page: of the Link header, or at `path` in the body. */
  | { readonly type: 'last-link'; readonly path?: string | undefined }
  /** The source does not say: the first empty page is looked for. */
  | {
      readonly type: 'none';
      /** Path of a flag that is true while pages follow; then the last page is the one where it is not. */
      readonly hasMore?: string | undefined;
    };

/** Where a page says how many records, or pages, a slice holds. */
export type Total =
  | { readonly type: 'body'; readonly path: string; readonly counts: 'records' | 'pages' }
  | { readonly type: 'header'; readonly name: string; readonly counts: 'records' | 'pages' };

/** What all chains have. */
interface Chain {
  /** Records to ask for per page; undefined where the source decides. */
  readonly pageSize?: number | undefined;
  readonly sizeParameter: Parameter | undefined;
  /** Path of a flag that is true while pages follow. */
  readonly hasMore?: string | undefined;
  /** Where a page says how many records there are: verified at the end. */
  readonly total?: Total | undefined;
  /** What ends a chain besides a page that names no next one. @default for keyset ['empty-page'], else [] */
  readonly end: readonly ChainEnd[];
}

/**
 * 'total': as many records as the source says there are. 'repeated-cursor': the last page names itself. 'no-next': a full
 * first page without the place where the next one would be named is all there is, and no mistake in that place.
 */
export type ChainEnd = 'empty-page' | 'short-page' | 'repeated-cursor' | 'total' | 'no-next';

/** A page names the cursor of the next one. */
export interface CursorPagination extends Chain {
  readonly type: 'cursor';
  readonly cursor:
    | { readonly type: 'body'; readonly path: string }
    | { readonly type: 'header'; readonly name: string };
  /** @default { in: 'query', name: 'cursor' } */
  readonly parameter: Parameter;
  /** Sent with the first request. @default nothing is sent */
  readonly first?: string | undefined;
}

/** A page names the URL of the next one, in its body or in the Link header with rel="next" (RFC 8288). */
export interface NextLinkPagination extends Chain {
  readonly type: 'next-link';
  readonly link: { readonly type: 'body'; readonly path: string } | { readonly type: 'header' };
}

/** The next page begins behind the last record of this one. */
export interface KeysetPagination extends Chain {
  readonly type: 'keyset';
  /** Path, in a record, of what it is sorted by. */
  readonly field: string;
  /** @default { in: 'query', name: 'after' } */
  readonly parameter: Parameter;
  readonly first?: string | undefined;
}

/** Whether a dataset's pages can be fetched in any order. */
export function isCountable(pagination: Pagination): pagination is CountablePagination {
  return pagination.type === 'page-number' || pagination.type === 'offset' || pagination.type === 'single';
}
