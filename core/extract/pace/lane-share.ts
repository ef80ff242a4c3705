import type { Limits } from '../../source/source';

/** Who asks: one of the lanes, or fan-out and verification, which run beside them. */
export type Share = 'lane' | 'fan-out';

/** What paces requests. */
export type Pace = Pick<Limits, 'requestsPerSecond' | 'burst' | 'lanes'>;

/** What one asker may use of a source's limit. */
export interface LaneShare {
  /** Of `requestsPerSecond`, from 0 to 1. */
  readonly fraction: number;
  /** Of its token bucket, in requests; at least one. */
  readonly depth: number;
}

/** What fan-out and verification may use of the limit; a few requests per run. */
const reserve = 0.005;

/** What of a source's burst the lanes use; the rest is for requests that bunch up on their way. */
const burstShare = 0.8;

/** Divides a limit, so that the lanes and fan-out together never exceed it though they share no state. */
export function laneShare({ burst, lanes }: Pick<Pace, 'burst' | 'lanes'>, share: Share): LaneShare {
  if (share === 'fan-out') return { fraction: reserve, depth: 1 };
  return { fraction: (1 - reserve) / lanes, depth: Math.max(1, (burstShare * burst) / lanes) };
}
