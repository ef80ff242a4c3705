import type { Dataset, Source } from '../../core/source/source';

/** A dataset that a page-number API serves, with every option at its default; `changes` replace top-level options. */
export function aDataset(changes: Partial<Dataset> = {}): Dataset {
  return {
    name: 'cities',
    request: { path: '/cities', query: {}, headers: {} },
    pagination: {
      type: 'page-number',
      pageSize: 100,
      firstPage: 1,
      pageParameter: 'page',
      sizeParameter: 'per_page',
      total: { type: 'body', path: 'meta.total' },
    },
    records: 'data',
    key: ['id'],
    columns: {
      id: { columnType: { type: 'bigint' }, options: {} },
      name: { columnType: { type: 'varchar' }, options: {} },
    },
    maxQuarantinedRatio: 0,
    keepRaw: true,
    ...changes,
  };
}

/** A source that holds `aDataset()`, asks for no credentials and allows 50 requests per second on 4 lanes. */
export function aSource(changes: Partial<Source> = {}): Source {
  return {
    name: 'geonames',
    baseUrl: 'http://127.0.0.1:9',
    auth: { type: 'none' },
    limits: { requestsPerSecond: 50, burst: 0, lanes: 4 },
    datasets: [aDataset()],
    ...changes,
  };
}
