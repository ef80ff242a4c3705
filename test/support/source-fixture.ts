import type { Dataset, Limits, Request, Source } from '../../core/source/source';

/** A request for /cities, with every option at its default; `changes` replace options. */
export function aRequest(changes: Partial<Request> = {}): Request {
  return { method: 'GET', path: '/cities', query: {}, headers: {}, weight: 1, statuses: {}, ...changes };
}

/** A chain of pages by the cursor that each holds under `next`. */
export const byNextCursor: Dataset['pagination'] = {
  type: 'cursor',
  cursor: { type: 'body', path: 'next' },
  parameter: { in: 'query', name: 'cursor' },
  sizeParameter: undefined,
  end: [],
};

/** A dataset that a page-number API serves, with every option at its default; `changes` replace top-level options. */
export function aDataset(changes: Partial<Dataset> = {}): Dataset {
  return {
    name: 'cities',
    request: aRequest(),
    pagination: {
      type: 'page-number',
      pageSize: 100,
      firstPage: 1,
      pageParameter: { in: 'query', name: 'page' },
      sizeParameter: { in: 'query', name: 'per_page' },
      total: { type: 'body', path: 'meta.total', counts: 'records' },
    },
    slices: [],
    records: 'data',
    key: ['id'],
    columns: {
      id: { columnType: { type: 'bigint' }, options: {} },
      name: { columnType: { type: 'varchar' }, options: {} },
    },
    lineage: [],
    onUnfit: 'quarantine',
    maxQuarantinedRatio: 0,
    unknownFields: 'ignore',
    format: { type: 'parquet', compression: 'zstd', rowGroupSize: 122_880, sorted: false },
    tableVersion: 1,
    keepRaw: true,
    verification: { looks: 0, ifShort: 'refuse', tolerance: 0, maxShrink: 0.5 },
    keepRuns: 3,
    deadlineHours: 6,
    ...changes,
  };
}

/** 50 requests per second on 4 lanes, 32 in flight on each; `changes` replace options. */
export function someLimits(changes: Partial<Limits> = {}): Limits {
  return { requestsPerSecond: 50, burst: 0, lanes: 4, inFlight: 32, ...changes };
}

/** A source that holds `aDataset()`, asks for no credentials and allows `someLimits()`. */
export function aSource(changes: Partial<Source> = {}): Source {
  return {
    name: 'geonames',
    baseUrl: 'http://127.0.0.1:9',
    auth: { type: 'none' },
    network: 'public',
    http: { connectSeconds: 10, headersSeconds: 30, bodySeconds: 30, maximumMegabytes: 32 },
    limits: someLimits(),
    datasets: [aDataset()],
    ...changes,
  };
}
