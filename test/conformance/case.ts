import type { Dataset, Source } from '../../core/source/source';
import type { AuthCase } from '../support/misbehaving-api/auths/auth-case';
import type { Ending, FaultCase } from '../support/misbehaving-api/faults/fault-case';
import type { RateLimitCase } from '../support/misbehaving-api/limits/rate-limits';
import type { PaginationCase } from '../support/misbehaving-api/paginations/pagination-case';
import type { SlicingCase } from '../support/misbehaving-api/slicings/all-slicings';
import { plainShaping } from '../support/plain-shaping';

/** One load of the suite. */
export interface ConformanceCase {
  readonly pagination: PaginationCase;
  readonly slicing?: SlicingCase;
  readonly auth?: AuthCase;
  readonly faults?: readonly FaultCase[];
  readonly limit?: RateLimitCase;
  /** @default usualRecords */
  readonly records?: number;
}

/** Not a multiple of the page size, and enough that there are several ranges of several pages. */
export const usualRecords = 123;

/** 'page number × basic × 429 without a word'. */
export function nameOf({ pagination, slicing, auth, faults = [], limit, records }: ConformanceCase): string {
  const parts = [
    pagination.name,
    slicing?.name,
    auth && `auth: ${auth.name}`,
    limit && `limit: ${limit.name}`,
    ...faults.map(({ name }) => name),
    records === undefined ? undefined : `${records} records`,
  ];
  return parts.filter((part) => part !== undefined).join(' × ');
}

/** How a case must end: of several faults, by the first that does not heal. */
export function endingOf({ pagination, slicing, faults = [] }: ConformanceCase): Ending {
  if (slicing?.error) return { error: slicing.error };
  const endings = faults.map((fault) => fault.ending?.(pagination) ?? 'published');
  return endings.find((ending) => ending !== 'published') ?? 'published';
}

/** The dataset that a case loads, with every option written out. */
export function datasetOf({ pagination, slicing, faults = [] }: ConformanceCase): Dataset {
  const { request, records } = pagination;
  const plain: Dataset = {
    name: 'items',
    request: {
      headers: {},
      weight: 1,
      statuses: {},
      ...request,
      path: (slicing?.pathPrefix ?? '') + request.path,
      query: { ...request.query, ...slicing?.query },
    },
    pagination: withWindow(pagination.pagination, slicing?.resultWindow),
    slices: slicing?.slices ?? [],
    records,
    key: ['id'],
    columns: {
      id: { columnType: { type: 'bigint' }, options: { required: true } },
      name: { columnType: { type: 'varchar' }, options: { verbatim: true } },
      createdAt: { columnType: { type: 'timestamp' }, path: 'created_at', options: {} },
    },
    ...plainShaping,
    maxQuarantinedRatio: 0,
    keepRaw: true,
  };
  return faults.reduce((dataset, fault) => fault.dataset?.(dataset) ?? dataset, plain);
}

function withWindow(
  pagination: Dataset['pagination'],
  resultWindow: number | undefined,
): Dataset['pagination'] {
  if (resultWindow === undefined) return pagination;
  if (pagination.type === 'page-number' || pagination.type === 'offset')
    return { ...pagination, resultWindow };
  throw new Error(`a result window makes no sense with ${pagination.type}`);
}

/** The dataset whose records slices are made of. */
const parents: Dataset = {
  name: 'parents',
  request: { method: 'GET', path: '/parents', query: {}, headers: {}, weight: 1, statuses: {} },
  pagination: { type: 'single' },
  slices: [],
  records: '',
  key: ['id'],
  columns: { id: { columnType: { type: 'bigint' }, options: { required: true } } },
  ...plainShaping,
  maxQuarantinedRatio: 0,
  keepRaw: false,
};

/** The source that a case loads from; `known` is what only the running API can say. */
export function sourceOf(one: ConformanceCase, known: Pick<Source, 'baseUrl' | 'auth' | 'tls'>): Source {
  const needsParents = one.slicing?.slices.some(({ type }) => type === 'records');
  const source: Source = {
    name: 'acme',
    ...known,
    network: 'public',
    http: { connectSeconds: 10, headersSeconds: 20, bodySeconds: 20, maximumMegabytes: 32 },
    // Few pages to a range, so that there are several ranges: their number depends on the pace.
    limits: { requestsPerSecond: 1, burst: 0, lanes: 2, inFlight: 4 },
    datasets: [datasetOf(one), ...(needsParents ? [parents] : [])],
  };
  return (one.faults ?? []).reduce((changed, fault) => fault.source?.(changed) ?? changed, source);
}
