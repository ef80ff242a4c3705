import type { Incremental } from './source';

const second = 1_000;

/**
 * A time as the source is asked for what changed since: 'iso8601' in UTC with seconds, such as 2026-01-31T03:00:00Z. What the format cannot
 * say is left out, so that the time is never later than meant. `milliseconds` since the epoch.
 */
export function writeTime(format: Incremental['format'], milliseconds: number): string | number {
  switch (format) {
    case 'iso8601':
      return `${new Date(milliseconds).toISOString().slice(0, -'.000Z'.length)}Z`;
    case 'date':
      return new Date(milliseconds).toISOString().replace(/T.*$/, '');
    case 'epoch-seconds':
      return Math.floor(milliseconds / second);
    case 'epoch-milliseconds':
      return Math.floor(milliseconds);
  }
}
