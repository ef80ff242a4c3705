import type { Dataset, Pagination, Source } from '../source/source';

/** An HTTP request for one page, without credentials. */
export interface PageRequest {
  readonly method: 'GET';
  /** Absolute. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The request for the page at position `page`, from 0 whatever the source calls its first page, of `pageSize`
 * records. The page's parameters come last and win over the dataset's own query.
 */
export function pageRequest(
  source: Pick<Source, 'baseUrl'>,
  dataset: Pick<Dataset, 'request' | 'pagination'>,
  pageSize: number,
  page: number,
): PageRequest {
  const url = new URL(source.baseUrl + dataset.request.path);
  for (const [name, value] of Object.entries(dataset.request.query)) url.searchParams.set(name, value);
  for (const [name, value] of pageParameters(dataset.pagination, pageSize, page)) {
    url.searchParams.delete(name);
    url.searchParams.append(name, String(value));
  }
  return { method: 'GET', url: url.href, headers: requestHeaders(dataset.request.headers) };
}

function pageParameters(pagination: Pagination, pageSize: number, page: number): [string, number][] {
  const size: [string, number] = [pagination.sizeParameter, pageSize];
  switch (pagination.type) {
    case 'page-number':
      return [[pagination.pageParameter, pagination.firstPage + page], size];
    case 'offset':
      return [[pagination.offsetParameter, page * pageSize], size];
  }
}

function requestHeaders(declared: Readonly<Record<string, string>>): Record<string, string> {
  const lowerCase = Object.entries(declared).map(([name, value]) => [name.toLowerCase(), value]);
  return { accept: 'application/json', ...Object.fromEntries(lowerCase) };
}
