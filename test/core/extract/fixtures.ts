import {
  type AuthorizedRequest,
  type Authorizer,
  createAuthorizer,
} from '../../../core/extract/auth/authorizer';
import type { Client } from '../../../core/extract/http/client';
import { createPacer } from '../../../core/extract/pace/pacer';
import type { ExtractServices } from '../../../core/extract/page/fetch-page';
import { createTally, type Tally } from '../../../core/extract/range/tally';
import type { Secrets } from '../../../core/run/ports';
import type { PageNumberPagination } from '../../../core/source/pagination';
import type { Dataset, Limits, Source } from '../../../core/source/source';
import { plainShaping } from '../../support/plain-shaping';
import { createVirtualClock, type VirtualClock } from './pace/virtual-clock';

export const byPageNumber: PageNumberPagination = {
  type: 'page-number',
  pageSize: 2,
  firstPage: 1,
  pageParameter: { in: 'query', name: 'page' },
  sizeParameter: { in: 'query', name: 'per_page' },
  total: { type: 'body', path: 'meta.total', counts: 'records' },
};

/** A dataset of pages `{ meta: { total }, data: [...] }`. */
export const cities: Dataset = {
  name: 'cities',
  request: { method: 'GET', path: '/cities', query: { sort: 'id' }, headers: {}, weight: 1, statuses: {} },
  pagination: byPageNumber,
  slices: [],
  records: 'data',
  key: ['id'],
  columns: {},
  ...plainShaping,
  maxQuarantinedRatio: 0,
  keepRaw: true,
};

export function sourceAt(baseUrl: string, more: Partial<Source> = {}): Source {
  return {
    name: 'geonames',
    baseUrl,
    auth: { type: 'none' },
    network: 'public',
    http: { connectSeconds: 10, headersSeconds: 5, bodySeconds: 5, maximumMegabytes: 32 },
    limits: { requestsPerSecond: 100, burst: 0, lanes: 1, inFlight: 8 },
    datasets: [cities],
    ...more,
  };
}

/** A request as it leaves authorize. */
export function plainRequest(url: string): AuthorizedRequest {
  return { method: 'GET', url, headers: {}, shown: `GET ${url}`, credentials: [] };
}

/** Secrets whose values change when they are refreshed. */
export function rotatingSecrets(
  values: readonly string[],
): Secrets & { readonly refreshed: string[]; readonly written: string[] } {
  let current = 0;
  const refreshed: string[] = [];
  const written: string[] = [];
  return {
    refreshed,
    written,
    put: async (name, value) => void written.push(`${name}=${value}`),
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

/** Lets requests go to any origin, without a credential. */
function plainAuthorizer(): Authorizer {
  return {
    authorize: async (request) => ({
      ...request,
      shown: `${request.method} ${request.url}`,
      credentials: [],
    }),
    redact: (text) => text,
  };
}

/**
 * Services on a virtual clock, for one source or, without credentials, for any; jitter always takes the whole backoff.
 */
export function testServices(
  client: Client,
  more: { source?: Source; limits?: Limits; secrets?: Secrets } = {},
): TestServices {
  const clock = createVirtualClock();
  const warnings: TestServices['warnings'] = [];
  const telemetry = createTally({
    count: () => {},
    info: () => {},
    warn: (message, details) => void warnings.push({ message, details }),
  });
  const secrets = more.secrets ?? rotatingSecrets(['s3cret']);
  return {
    client,
    clock,
    warnings,
    telemetry,
    pacer: createPacer(more.limits ?? { requestsPerSecond: 1000, burst: 100, lanes: 1, inFlight: 8 }, clock),
    authorizer: more.source ? createAuthorizer(more.source, { secrets, client, clock }) : plainAuthorizer(),
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
