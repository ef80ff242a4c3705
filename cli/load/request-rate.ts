import type { Lake } from '../../core/run/ports';
import { type Manifest, manifestObjects } from '../../core/run/verify/manifest';

/** Requests, and the seconds from the first one to the end of the last. */
export interface AskedOf {
  readonly requests: number;
  readonly seconds: number;
}

/** What a source was asked for since `startedAt`, by the receipts of a run's ranges. */
export async function askedSince(
  manifest: Manifest,
  lake: Pick<Lake, 'get'>,
  startedAt: Date,
): Promise<AskedOf> {
  let requests = 0;
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for await (const { receipt } of manifestObjects(manifest, lake)) {
    const began = Date.parse(receipt.fetchedAt);
    if (began < startedAt.getTime()) continue;
    requests += receipt.requests;
    first = Math.min(first, began);
    last = Math.max(last, began + receipt.fetchMilliseconds);
  }
  return { requests, seconds: requests === 0 ? 0 : (last - first) / 1000 };
}

/**
 * Requests per second, never more than the source allows: what a burst lets through at once is no rate. 0 where there are too few of them, or
 * too short a time, to speak of one.
 */
export function rateOf(
  { requests, seconds }: AskedOf,
  { requestsPerSecond, burst }: { readonly requestsPerSecond: number; readonly burst: number },
): number {
  if (requests <= burst || seconds < 1) return 0;
  return Math.min(requestsPerSecond, requests / Math.max(seconds, (requests - burst) / requestsPerSecond));
}
