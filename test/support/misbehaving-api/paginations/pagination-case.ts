import { isCountable, type Pagination, type Parameter } from '../../../../core/source/pagination';
import type { Dataset, JsonObject, Request } from '../../../../core/source/source';

/** One way to paginate: what a source file says of it, and what the API therefore serves. */
export interface PaginationCase {
  readonly name: string;
  /** What the dataset's own part of a request is. */
  readonly request: Pick<Request, 'method' | 'path' | 'query'> & { readonly body?: JsonObject };
  readonly pagination: Pagination;
  readonly records: string;
}

/** What a case does not say for itself. */
interface Rest {
  readonly records?: string;
  readonly path?: string;
  /** Makes it a POST. */
  readonly body?: JsonObject;
}

export function paginationCase(
  name: string,
  pagination: Pagination,
  { records = 'data', path = '/items', body }: Rest = {},
): PaginationCase {
  const method = body ? 'POST' : 'GET';
  return {
    name,
    request: { method, path, query: { sort: 'id' }, ...(body && { body }) },
    pagination,
    records,
  };
}

export const query = (name: string): Parameter => ({ in: 'query', name });
export const inBody = (path: string): Parameter => ({ in: 'body', path });

/** Whether the source says how many records there are, so that each page can be held against it. */
export function hasRecordTotal({ pagination }: Pick<Dataset, 'pagination'>): boolean {
  return (
    isCountable(pagination) &&
    pagination.type !== 'single' &&
    'counts' in pagination.total &&
    pagination.total.counts === 'records'
  );
}
