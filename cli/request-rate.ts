import { type Manifest, manifestObjects } from '../core/run/manifest';
import type { Lake } from '../core/run/ports';

/** Requests per second from the first request since `startedAt` to the last, by the receipts of a run's ranges. */
export async function requestRate(
  manifest: Manifest,
  lake: Pick<Lake, 'get'>,
  startedAt: Date,
): Promise<number> {
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
  return requests === 0 ? 0 : requests / Math.max(0.001, (last - first) / 1000);
}
