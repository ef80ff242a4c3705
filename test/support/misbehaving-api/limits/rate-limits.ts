import type { Clock } from '../../../../core/run/ports';
import { TokenBucket } from '../../../../local/sample/token-bucket';
import { type Reply, reply } from '../exchange';

/** What a source's limit is like at some moment. */
interface LimitState {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until a request may pass. */
  readonly wait: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** One way in which sources say how fast they may be asked. */
export interface RateLimitCase {
  readonly name: string;
  /** Of a refusal. @default 429 */
  readonly status?: number;
  /** Sent with every answer. */
  always?(state: LimitState): Record<string, string>;
  /** Sent with a refusal besides. */
  refused?(state: LimitState): Record<string, string>;
}

const up = (seconds: number): string => String(Math.ceil(seconds));
const at = ({ now, wait }: LimitState): number => now + Math.ceil(wait) * 1000;

/** Every way that is covered. */
export const allRateLimits: readonly RateLimitCase[] = [
  { name: '429 and nothing else' },
  { name: '429 with Retry-After in seconds', refused: ({ wait }) => ({ 'retry-after': up(wait) }) },
  {
    name: '429 with Retry-After in fractions of a second',
    refused: ({ wait }) => ({ 'retry-after': (wait + 0.05).toFixed(1) }),
  },
  {
    name: '429 with Retry-After as a date',
    refused: (state) => ({ 'retry-after': new Date(at(state) + 1000).toUTCString() }),
  },
  {
    name: 'RateLimit-Limit, -Remaining and -Reset',
    always: ({ limit, remaining, wait }) => ({
      'ratelimit-limit': String(limit),
      'ratelimit-remaining': String(remaining),
      'ratelimit-reset': up(wait),
    }),
  },
  {
    name: 'RateLimit and RateLimit-Policy as structured fields',
    always: ({ limit, remaining, wait }) => ({
      'ratelimit-policy': `"default";q=${limit};w=1`,
      ratelimit: `"default";r=${remaining};t=${up(wait)}`,
    }),
    refused: ({ wait }) => ({ 'retry-after': up(wait) }),
  },
  {
    name: 'X-RateLimit-Remaining and -Reset in seconds since the epoch',
    always: (state) => ({
      'x-ratelimit-remaining': String(state.remaining),
      'x-ratelimit-reset': String(Math.ceil(at(state) / 1000)),
    }),
  },
  {
    name: 'X-RateLimit-Remaining and -Reset in milliseconds since the epoch',
    always: (state) => ({
      'x-ratelimit-remaining': String(state.remaining),
      'x-ratelimit-reset': String(at(state)),
    }),
  },
  {
    name: 'X-Rate-Limit-Remaining and -Reset',
    always: (state) => ({
      'x-rate-limit-remaining': String(state.remaining),
      'x-rate-limit-reset': String(Math.ceil(at(state) / 1000)),
    }),
  },
  {
    name: '403 with X-RateLimit-Remaining 0, as at GitHub',
    status: 403,
    always: (state) => ({
      'x-ratelimit-remaining': String(state.remaining),
      'x-ratelimit-reset': String(Math.ceil(at(state) / 1000)),
    }),
  },
  { name: '503 with Retry-After', status: 503, refused: ({ wait }) => ({ 'retry-after': up(wait) }) },
];

/** A token bucket in front of the API. */
export interface RateLimiter {
  /** The refusal; undefined lets the request pass. */
  refuse(): Reply | undefined;
  /** Headers of an answer that passed. */
  headers(): Record<string, string>;
}

/** The requests that find the bucket emptied by others. */
const emptied = new Set([4, 9]);

/** `perSecond` by the API's own clock. */
export function rateLimiter(
  limit: RateLimitCase,
  perSecond: number,
  depth: number,
  clock: Clock,
): RateLimiter {
  const bucket = new TokenBucket(perSecond, depth, clock.monotonic());
  const state = (): LimitState => ({
    limit: perSecond,
    remaining: bucket.remaining(clock.monotonic()),
    wait: bucket.secondsToNext(clock.monotonic()),
    now: clock.now(),
  });
  const headers = () => limit.always?.(state()) ?? {};
  let requests = 0;
  return {
    headers,
    refuse() {
      requests += 1;
      // Somebody else uses the token, too: so there are refusals however slowly a machine asks.
      if (emptied.has(requests)) while (bucket.take(clock.monotonic()));
      if (bucket.take(clock.monotonic())) return undefined;
      const answered = { ...headers(), ...limit.refused?.(state()) };
      return reply(limit.status ?? 429, { message: 'slow down' }, answered);
    },
  };
}
