import type { AuthorizedRequest } from '../../../core/extract/authorize';
import type { Client } from '../../../core/extract/client';
import type { ExtractServices } from '../../../core/extract/fetch-page';
import { createPacer } from '../../../core/extract/pacer';
import { createTally, type Tally } from '../../../core/extract/tally';
import type { Secrets } from '../../../core/run/ports';
import type { Dataset, Limits, Source } from '../../../core/source/source';
import { createVirtualClock, type VirtualClock } from './virtual-clock';

/** A dataset of pages `{ meta: { total }, data: [...] }`. */
export const cities: Dataset = {
  name: 'cities',
  request: { path: '/cities', query: { sort: 'id' }, headers: {} },
  pagination: {
    type: 'page-number',
    pageSize: 2,
    firstPage: 1,
    pageParameter: 'page',
    sizeParameter: 'per_page',
    total: { type: 'body', path: 'meta.total' },
  },
  records: 'data',
  key: ['id'],
  columns: {},
  maxQuarantinedRatio: 0,
  keepRaw: true,
};

export function sourceAt(baseUrl: string, more: Partial<Source> = {}): Source {
  return {
    name: 'geonames',
    baseUrl,
    auth: { type: 'none' },
    limits: { requestsPerSecond: 100, burst: 0, lanes: 1 },
    datasets: [cities],
    ...more,
  };
}

/** A request as it leaves authorize. */
export function plainRequest(url: string): AuthorizedRequest {
  return { method: 'GET', url, headers: {}, shown: `GET ${url}`, credentials: [] };
}

/** Secrets whose values change when they are refreshed. */
export function rotatingSecrets(values: readonly string[]): Secrets & { readonly refreshed: string[] } {
  let current = 0;
  const refreshed: string[] = [];
  return {
    refreshed,
    get: async () => values[current] ?? '',
    async refresh(name) {
      refreshed.push(name);
      current = Math.min(current + 1, values.length - 1);
      return values[current] ?? '';
    },
  };
}

export interface TestServices extends ExtractServices {
  readonly clock: VirtualClock;
  readonly telemetry: Tally;
  readonly warnings: { message: string; details: Readonly<Record<string, unknown>> | undefined }[];
}

/** Services on a virtual clock; jitter always takes the whole backoff. */
export function testServices(
  client: Client,
  more: { limits?: Limits; secrets?: Secrets } = {},
): TestServices {
  const clock = createVirtualClock();
  const warnings: TestServices['warnings'] = [];
  const telemetry = createTally({
    count: () => {},
    info: () => {},
    warn: (message, details) => void warnings.push({ message, details }),
  });
  return {
    client,
    clock,
    warnings,
    telemetry,
    pacer: createPacer(more.limits ?? { requestsPerSecond: 1000, burst: 100, lanes: 1 }, clock),
    secrets: more.secrets ?? rotatingSecrets(['s3cret']),
    random: () => 1,
  };
}

/** Resolves with what a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('it was expected to reject');
    },
    (error) => error,
  );
}
