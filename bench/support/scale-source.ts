import type { Dataset, Source } from '../../core/source/source';
import { benchSource } from './lane';

/** Records of a page; a page is a range. */
export const scalePageSize = 100;

export const scaleRun = { source: 'bench', dataset: 'stops', runId: '2026-01-31t03-00-00-000z' };

/** A source so slow that each of its pages is a page range of its own. */
export function scaleSource(): Source & { readonly datasets: readonly [Dataset] } {
  const limits = { requestsPerSecond: 1, burst: 0, lanes: 10, inFlight: 1 };
  return benchSource('http://127.0.0.1:9', limits);
}

/** What its first page would say. */
export function scaleExtent(ranges: number) {
  return { total: ranges * scalePageSize, pages: ranges, pageSize: scalePageSize };
}

/** What a process of a benchmark took. */
export interface Took {
  readonly seconds: number;
  readonly peakMegabytes: number;
}

/** Of this process, so far: resident at its largest. */
export function peakMegabytes(): number {
  return process.resourceUsage().maxRSS / 1024;
}
