import { laneShare } from '../extract/pace/lane-share';
import type { Limits } from '../source/source';

/** Pages that lanes share, and how they are asked for. */
export interface LaneWork {
  readonly pages: number;
  readonly ranges: number;
  readonly pagesPerRange: number;
  /** Whether pages follow one another: then a lane has one request under way. */
  readonly isChained: boolean;
  /** Pieces that can be loaded side by side: slices of chains, or ranges. */
  readonly sideBySide: number;
  readonly limits: Limits;
  /** Requests that one counts as. */
  readonly weight: number;
  /** Seconds from a request to the end of its body. */
  readonly latency: number;
  /** Seconds that a lane takes to shape and write a range. */
  readonly writing: number;
}

/** How long lanes take, and what they wait for. */
export interface LaneTime {
  /** From the first request to the last object. */
  readonly seconds: number;
  /** Of the requests that the source allows in that time, from 0 to 1. */
  readonly used: number;
  /** 'limit': the source allows no more. 'latency': answers come too slowly for the requests that may be under way. 'lanes': there are fewer pieces than lanes. */
  readonly heldBy: 'limit' | 'latency' | 'lanes';
}

/** How long lanes take to load pages, each at its part of the limit (lane-share.ts) and no faster than its requests are answered. */
export function laneTime(work: LaneWork): LaneTime {
  const { pages, ranges, limits, weight, latency, writing } = work;
  const { fraction, depth } = laneShare(limits, 'lane');
  const paced = weight / (fraction * limits.requestsPerSecond);
  const answered = latency / (work.isChained ? 1 : limits.inFlight);
  const interval = Math.max(paced, answered);
  const lanes = Math.max(1, Math.min(limits.lanes, work.sideBySide));

  const full = Math.max(0, ranges - 1);
  const last = Math.max(0, pages - full * work.pagesPerRange);
  // Ranges go round the lanes; the short one at the end is last, and alone in its round where the others fill theirs.
  const rounds = Math.ceil(full / lanes);
  const lastIsAlone = full % lanes === 0;
  const inARow = lastIsAlone ? rounds + 1 : rounds;
  const longest = lastIsAlone ? last : work.pagesPerRange;
  const saved = answered > paced ? 0 : depth;
  const alone = (count: number) => Math.max(0, count - saved) * interval + latency + writing;
  // While a range is written the bucket fills up again, so writing takes time only where it takes longer than that.
  const cycle = Math.max(work.pagesPerRange * interval, alone(work.pagesPerRange));
  const seconds = Math.max(0, inARow - 1) * cycle + alone(longest);

  const used = Math.min(1, (pages * weight) / (limits.requestsPerSecond * seconds));
  const heldBy = lanes < limits.lanes ? 'lanes' : answered > paced ? 'latency' : 'limit';
  return { seconds, used, heldBy };
}

/** Lanes that it takes to use all that the source allows, with so many requests of each under way. */
export function lanesNeeded(
  { requestsPerSecond, inFlight }: Pick<Limits, 'requestsPerSecond' | 'inFlight'>,
  { latency, isChained, weight }: Pick<LaneWork, 'latency' | 'isChained' | 'weight'>,
): number {
  return Math.max(1, Math.ceil((requestsPerSecond / weight) * (latency / (isChained ? 1 : inFlight))));
}
