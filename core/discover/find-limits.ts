import { readRateHeaders } from '../extract/pace/rate-headers';
import { sure, unsure } from './found-pagination';
import type { Finding } from './look';

/** How fast a source may be asked. */
export interface FoundLimits {
  readonly requestsPerSecond: number;
  readonly finding: Finding;
}

/** Where a source says nothing: what nearly every one bears. */
const careful = 5;
/** Two lanes must each be able to ask once a minute. */
const slowest = 0.04;
/** Seconds that sources count requests over. */
const windows = [1, 10, 60, 300, 600, 900, 3600, 86_400];
const limitNames = ['ratelimit-limit', 'x-ratelimit-limit', 'x-rate-limit-limit'];

/** The pace that a source's rate-limit headers allow; `now` in milliseconds since the epoch. */
export function findLimits(headers: Readonly<Record<string, string>>, now: number): FoundLimits {
  const policy = policyIn(headers['ratelimit-policy'] ?? headers['ratelimit-limit'] ?? '');
  if (policy !== undefined) {
    const { quota, seconds } = policy;
    return {
      requestsPerSecond: pace(quota, seconds),
      finding: sure(
        'limits',
        `the source allows ${quota} requests in ${seconds} s, by its RateLimit headers`,
      ),
    };
  }
  const name = limitNames.find((one) => /^\s*\d+/.test(headers[one] ?? ''));
  const quota = Number.parseInt(headers[name ?? ''] ?? '', 10);
  const { reset } = readRateHeaders(headers, now);
  if (name === undefined || reset === undefined || quota === 0) {
    const text = `the source does not say what it allows: ${careful} requests a second is a careful guess`;
    return { requestsPerSecond: careful, finding: unsure('limits', text) };
  }
  const seconds = windows.find((window) => window >= Math.floor(reset)) ?? reset;
  const text = `${name} says ${quota}, until ${Math.round(reset)} s from then: taken for ${quota} requests in ${seconds} s`;
  return { requestsPerSecond: pace(quota, seconds), finding: unsure('limits', text) };
}

/** `"default";q=100;w=60` as the IETF's later drafts have it, `100;w=60` as the earlier; of several the slowest. */
function policyIn(value: string): { quota: number; seconds: number } | undefined {
  const policies = value.split(',').flatMap((one) => {
    const quota = Number(/(?:^\s*|;\s*q=)(\d+)/.exec(one)?.[1] ?? 0);
    const seconds = Number(/;\s*w=(\d+)/.exec(one)?.[1] ?? 0);
    return quota > 0 && seconds > 0 ? [{ quota, seconds }] : [];
  });
  return policies.sort((a, b) => a.quota / a.seconds - b.quota / b.seconds)[0];
}

/** Rounded down, so that no more is asked than is allowed. */
function pace(quota: number, seconds: number): number {
  const exact = quota / seconds;
  const rounded = exact >= 10 ? Math.floor(exact) : Math.floor(exact * 100) / 100;
  return Math.max(slowest, rounded);
}
