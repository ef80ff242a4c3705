import type { Answer } from './client';
import { bodyForm } from './page-body';
import { type RateHeaders, readRateHeaders } from './rate-headers';

/** What an answer is to us: each kind has its own recovery. Waits in seconds, undefined when the source names none. */
export type Verdict =
  | { readonly type: 'page'; readonly holdSeconds: number | undefined }
  | { readonly type: 'throttled'; readonly waitSeconds: number | undefined }
  | { readonly type: 'transient'; readonly reason: string; readonly waitSeconds: number | undefined }
  | { readonly type: 'unauthorized' }
  | { readonly type: 'permanent'; readonly reason: string };

/** What to look at, by the status of a refusal. */
const advice: Readonly<Record<number, string>> = {
  400: 'check the query and the page size',
  403: 'check what the credential may read',
  404: 'check baseUrl and path',
  410: 'check baseUrl and path',
  422: 'check the query and the page size',
};

/** Judges an answer; `now` in milliseconds since the epoch. */
export function judge(answer: Answer, now: number): Verdict {
  const { status, headers } = answer;
  const rate = readRateHeaders(headers, now);
  if (status >= 200 && status < 300) return judgePage(answer, rate);
  if (isThrottled(status, rate)) return { type: 'throttled', waitSeconds: rate.retryAfter ?? rate.reset };
  if (status === 408 || status >= 500) {
    return { type: 'transient', reason: `answered ${status}`, waitSeconds: rate.retryAfter };
  }
  if (status === 401) return { type: 'unauthorized' };
  const hint = advice[status];
  return { type: 'permanent', reason: `answered ${status}${hint === undefined ? '' : ` (${hint})`}` };
}

/**
 * 429 always; 503 and 403 only when the headers say until when, as GitHub does for its primary (remaining 0) and
 * secondary (Retry-After) limits: otherwise they are an outage and a refusal.
 */
function isThrottled(status: number, { retryAfter, reset, exhausted }: RateHeaders): boolean {
  if (status === 429) return true;
  const saysWhen = retryAfter !== undefined || (exhausted && reset !== undefined);
  return (status === 503 || status === 403) && saysWhen;
}

function judgePage({ status, headers, body }: Answer, { exhausted, reset }: RateHeaders): Verdict {
  const contentType = headers['content-type'];
  const form = bodyForm(body, contentType);
  switch (form) {
    case 'json':
      return { type: 'page', holdSeconds: exhausted ? reset : undefined };
    case 'empty':
      return { type: 'transient', reason: `answered ${status} with an empty body`, waitSeconds: undefined };
    case 'cut-off':
      return {
        type: 'transient',
        reason: `answered ${status} with a body that is cut off`,
        waitSeconds: undefined,
      };
    case 'html':
      return {
        type: 'permanent',
        reason: `answered ${status} with a web page, not JSON: perhaps a login or an error page (check baseUrl, path and auth)`,
      };
    case 'other':
      return {
        type: 'permanent',
        reason: `answered ${status} with ${contentType ?? 'a body'} that is no JSON object or array (check path and headers)`,
      };
  }
}
