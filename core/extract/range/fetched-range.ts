import type { Sequence, SliceParameters } from '../../plan/plan';
import type { LatencySummary } from './latencies';

/** What fetching a range took, what came, and what follows. */
export interface FetchedRange {
  /** One per body in the file, in its order. */
  readonly origins: readonly PageOrigin[];
  /** Requests started, retries included. */
  readonly requests: number;
  /** Answers that asked us to wait. */
  readonly throttled: number;
  readonly retries: number;
  /** From a request to the end of its body, every try and redirect by itself; absent where nothing was asked for. */
  readonly latency?: LatencySummary;
  /** Of the page bodies, decoded. */
  readonly bytes: number;
  /** ISO 8601, before the first request: everything fetched is at least as fresh. */
  readonly fetchedAt: string;
  /** From then until the last page was written, whole milliseconds. */
  readonly milliseconds: number;
  /** Smallest and largest total of records that pages named while the range was fetched, as far as fetching reads it: in a header, or in the body of chains and leads. */
  readonly totals?: { readonly min: number; readonly max: number };
  /** Records that the source says are in the slices that begin in this range; undefined where it does not say for each of them. */
  readonly expected?: number;
  /** What is still to be fetched of the slices in this range; empty for pages. */
  readonly next: readonly Sequence[];
}

/** Which page of which slice a body is. */
export interface PageOrigin {
  readonly slice: string;
  /** Position in the slice, from 0. */
  readonly page: number;
  readonly parameters: SliceParameters;
  /** ISO 8601, when its body had arrived. */
  readonly fetchedAt: string;
}
