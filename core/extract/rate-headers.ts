type Headers = Readonly<Record<string, string>>;

/** What a source's rate headers say. */
export interface RateHeaders {
  /** Seconds that Retry-After asks us to wait (RFC 9110, section 10.2.3). */
  readonly retryAfter: number | undefined;
  /** Seconds until the source counts anew: RateLimit-Reset, or X-RateLimit-Reset as many sources have it. */
  readonly reset: number | undefined;
  /** No request is left until then: RateLimit-Remaining or X-RateLimit-Remaining is 0. */
  readonly exhausted: boolean;
}

/**
 * Reads the headers by which sources say how fast they may be asked; `now` in milliseconds since the epoch. Times of
 * day are held against the answer's own Date, where there is one: the source's clock need not be ours.
 */
export function readRateHeaders(headers: Headers, now: number): RateHeaders {
  const sentAt = Date.parse(headers.date ?? '');
  const reference = Number.isNaN(sentAt) ? now : sentAt;
  const remaining = headers['ratelimit-remaining'] ?? headers['x-ratelimit-remaining'];
  return {
    retryAfter: secondsUntil(headers['retry-after'], reference),
    reset: secondsUntil(headers['ratelimit-reset'] ?? headers['x-ratelimit-reset'], reference),
    exhausted: remaining !== undefined && /^0+(\.0+)?$/.test(remaining.trim()),
  };
}

/** Accepts seconds from now, seconds or milliseconds since the epoch, and a date; undefined for anything else. */
function secondsUntil(value: string | undefined, reference: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (!/^\d+(\.\d+)?$/.test(text)) {
    const date = /[a-z]{3}|\d-\d/i.test(text) ? Date.parse(text) : Number.NaN;
    return Number.isNaN(date) ? undefined : Math.max(0, (date - reference) / 1000);
  }
  const number = Number(text);
  if (number > 1e11) return Math.max(0, (number - reference) / 1000);
  if (number > 1e9) return Math.max(0, number - reference / 1000);
  return number;
}
