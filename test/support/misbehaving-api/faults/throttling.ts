import { reply } from '../exchange';
import { atFirst, everywhere, type FaultCase, replies, severalPages } from './fault-case';

const slowDown = { message: 'slow down' };
/** The first page is throttled as well: that one is often fan-out's. */
const stormy = atFirst(2);
const single = ({ position, times }: { position: number; times: number }) => position === 0 && times === 0;

/** The source asks us to wait: never a failure. */
export const throttlingFaults: readonly FaultCase[] = [
  {
    name: '429 without a word',
    applies: everywhere,
    make: replies(
      (at) => stormy(at) || single(at),
      () => reply(429, slowDown),
    ),
  },
  {
    name: '429 with Retry-After in seconds',
    applies: severalPages,
    make: replies(stormy, () => reply(429, slowDown, { 'retry-after': '2' })),
  },
  {
    name: '429 with Retry-After as a date',
    applies: severalPages,
    make: replies(stormy, (_, { clock }) =>
      reply(429, slowDown, { 'retry-after': new Date(clock.now() + 3000).toUTCString() }),
    ),
  },
  {
    name: '429 with a Retry-After too long to sit out: the range is parked',
    applies: severalPages,
    make: replies(
      ({ position, times }) => position === 1 && times === 0,
      () => reply(429, slowDown, { 'retry-after': '60' }),
    ),
  },
  {
    name: '503 with Retry-After',
    applies: severalPages,
    make: replies(stormy, () => reply(503, slowDown, { 'retry-after': '1' })),
  },
  {
    name: '403 with nothing remaining, as at GitHub',
    applies: severalPages,
    make: replies(stormy, (_, { clock }) =>
      reply(
        403,
        { message: 'API rate limit exceeded' },
        {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': String(Math.ceil(clock.now() / 1000) + 2),
        },
      ),
    ),
  },
  {
    name: 'throttled in the errors of a 200 body, as in GraphQL',
    applies: (pagination) => severalPages(pagination) && pagination.records !== '',
    make: replies(stormy, () => reply(200, { data: null, errors: [{ extensions: { code: 'THROTTLED' } }] })),
    dataset: (dataset) => ({
      ...dataset,
      request: { ...dataset.request, errors: { path: 'errors', throttled: 'THROTTLED' } },
    }),
  },
  {
    name: 'a status of its own for throttling',
    applies: severalPages,
    make: replies(stormy, () => reply(420, slowDown)),
    dataset: (dataset) => ({ ...dataset, request: { ...dataset.request, statuses: { '420': 'throttled' } } }),
  },
];
