import { type Allowance, readRateLimitField } from './rate-limit-field';

type Headers = Readonly<Record<string, string>>;

/** What a source's rate headers say. */
export interface RateHeaders {
  /** Seconds that Retry-After asks us to wait (RFC 9110, section 10.2.3). */
  readonly retryAfter: number | undefined;
  /** Seconds until the source counts anew. */
  readonly reset: number | undefined;
  /** Requests that are left until then. */
  readonly remaining: number | undefined;
  /** None is. */
  readonly exhausted: boolean;
}

/** How the fields of sources begin: the first drafts of the IETF's fields, and what was there before them. */
const families = ['ratelimit', 'x-ratelimit', 'x-rate-limit'];
const remainingNames = families.map((family) => `${family}-remaining`);
const resetNames = families.map((family) => `${family}-reset`);
const names = ['retry-after', 'ratelimit', ...remainingNames, ...resetNames];
const silence: RateHeaders = {
  retryAfter: undefined,
  reset: undefined,
  remaining: undefined,
  exhausted: false,
};

/**
 * Reads the headers by which sources say how fast they may be asked: Retry-After, the RateLimit field of the IETF's drafts
 * (draft-ietf-httpapi-ratelimit-headers), and RateLimit-Remaining and -Reset with or without X- in front; of several
 * policies the tightest. `now` in milliseconds since the epoch. Times of day are held against the answer's own Date, where
 * there is one: the source's clock need not be ours.
 */
export function readRateHeaders(headers: Headers, now: number): RateHeaders {
  if (firstOf(headers, names) === undefined) return silence;
  const sentAt = Date.parse(headers.date ?? '');
  const reference = Number.isNaN(sentAt) ? now : sentAt;
  const structured = headers.ratelimit === undefined ? [] : readRateLimitField(headers.ratelimit);
  const allowances = structured.length > 0 ? structured : readSeparateFields(headers, reference);
  const { remaining, reset } = tightest(allowances);
  const retryAfter = secondsUntil(headers['retry-after'], reference);
  return { retryAfter, reset, remaining, exhausted: remaining === 0 };
}

/** The fields that hold one number each, or one for each policy, in the same order. */
function readSeparateFields(headers: Headers, reference: number): Allowance[] {
  const remaining = listOf(firstOf(headers, remainingNames)).map(toCount);
  const written = firstOf(headers, resetNames);
  // A date has a comma, too.
  const resets = (/[^\d\s.,]/.test(written ?? '') ? [written ?? ''] : listOf(written)).map((text) =>
    secondsUntil(text, reference),
  );
  return Array.from({ length: Math.max(remaining.length, resets.length) }, (_, policy) => ({
    remaining: remaining[policy],
    reset: resets.length === 1 ? resets[0] : resets[policy],
  }));
}

function firstOf(headers: Headers, names: readonly string[]): string | undefined {
  const name = names.find((one) => headers[one] !== undefined);
  return name === undefined ? undefined : headers[name];
}

function listOf(value: string | undefined): string[] {
  return value === undefined ? [] : value.split(',').map((text) => text.trim());
}

function toCount(text: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** The policy that lets the fewest requests start per second; of those that let none start, the one that lasts longest. */
function tightest(allowances: readonly Allowance[]): Allowance {
  const [first = { remaining: undefined, reset: undefined }, ...others] = allowances;
  return others.reduce((least, one) => (isTighter(one, least) ? one : least), first);
}

function isTighter(one: Allowance, other: Allowance): boolean {
  if (one.remaining === undefined || other.remaining === undefined) return other.remaining === undefined;
  if (one.remaining === 0 && other.remaining === 0) return (one.reset ?? 0) > (other.reset ?? 0);
  return perSecond(one.remaining, one.reset) < perSecond(other.remaining, other.reset);
}

function perSecond(remaining: number, reset = 1): number {
  return remaining / Math.max(1, reset);
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
